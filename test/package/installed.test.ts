/** The package as users get it: installed from its tarball into an empty folder. */
import { execFileSync, spawnSync } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "vite";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { readMidi } from "../../encoding/index.ts";
import { hasChromium, launchChromium } from "../browser/chromium.ts";
import { startStaticServer } from "../browser/static-server.ts";
import { codeBlocks } from "../docs/blocks.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const app = fileURLToPath(new URL("app/", import.meta.url));
const PATIENCE = 240_000;

const LONG = process.env["OSTINATO_LONG"] === "1";

/**
 * One installation, in which the native library is put aside for the second. With OSTINATO_LONG=1 each npm installs it,
 * and leaves it out.
 */
const INSTALLS: readonly Install[] = LONG
  ? ["10", "11"].flatMap((npm) => [true, false].map((native) => ({ npm, native })))
  : [true, false].map((native) => ({ npm: "of this machine", native }));

interface Install {
  /** Its major version, where it is not the one that is there. */
  readonly npm: string;
  readonly native: boolean;
}

const { path: tarball } = inject("packed");
const folders: string[] = [];

afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
}, PATIENCE);

/** Installs into a new folder, and puts the app there. */
function install({ npm, native }: Install): string {
  const folder = mkdtempSync(join(tmpdir(), "ostinato-installed-"));
  folders.push(folder);
  writeFileSync(join(folder, "package.json"), '{ "private": true, "type": "module" }');
  const parameters = ["install", "--prefer-offline", "--no-audit", "--no-fund", tarball];
  if (!native) parameters.push("--omit=optional");
  const [program, ...first] = LONG ? ["npx", "--yes", `npm@${npm}`] : ["npm"];
  execFileSync(program ?? "", [...first, ...parameters], {
    cwd: folder,
    // Its script would download libraries for graphics cards.
    env: { ...process.env, ONNXRUNTIME_NODE_INSTALL: "skip" },
    stdio: "pipe",
  });
  cpSync(app, folder, { recursive: true });
  return folder;
}

/** The last installation, without the native library. */
function withoutNative(): string {
  const folder = lastFolder();
  renameSync(join(folder, "node_modules/onnxruntime-node"), join(folder, "put-aside"));
  return folder;
}

function lastFolder(): string {
  const last = folders.at(-1);
  if (last === undefined) throw new Error("nothing was installed before");
  return last;
}

describe.each(INSTALLS)("installed with npm $npm, native: $native", (one) => {
  const { native } = one;
  let folder = "";

  beforeAll(() => {
    folder = native || LONG ? install(one) : withoutNative();
  }, PATIENCE);

  it("is there with the library that was asked for", () => {
    expect(existsSync(join(folder, "node_modules/onnxruntime-node"))).toBe(native);
  });

  it("makes music in Node", () => {
    const out = execFileSync(process.execPath, ["use.mjs"], { cwd: folder, encoding: "utf8" });
    const facts = JSON.parse(out);
    expect(facts).toMatchObject({
      backend: native ? "node" : "wasm",
      matrix: 388,
      entries: ["function", "function"],
    });
    expect(facts.notes).toBeGreaterThan(0);
    expect(facts.warnings).toEqual(
      native ? [] : [expect.stringContaining("onnxruntime-node is not installed; running as WebAssembly")],
    );
  });

  it("has the command, and doctor says what runs and why", () => {
    const run = (...parameters: string[]) =>
      spawnSync(join(folder, "node_modules/.bin/ostinato"), parameters, { cwd: folder, encoding: "utf8" });
    if (native || LONG) {
      const generated = run("generate", "--seconds", "2", "--seed", "7", "--out", "first.mid");
      expect(generated).toMatchObject({ status: 0 });
      expect(readMidi(readFileSync(join(folder, "first.mid"))).notes.length).toBeGreaterThan(0);
      expect(run("render", "first.mid", "--out", "first.wav")).toMatchObject({ status: 0 });
    }
    const doctor = run("doctor", "--json");
    expect(doctor.status, doctor.stdout).toBe(0);
    expect(JSON.parse(doctor.stdout)).toMatchObject({
      ok: true,
      backend: native ? "node" : "wasm",
      why: native ? "it is installed and the fastest" : "onnxruntime-node is not available",
    });
  });
});

describe("in an app", () => {
  it("has types that a strict compiler takes", () => {
    const options = ["--noEmit", "--strict", "--exactOptionalPropertyTypes", "--skipLibCheck", "false"];
    const target = [
      "--module",
      "nodenext",
      "--target",
      "es2023",
      "--lib",
      "es2023,dom,dom.iterable",
      "--types",
      "",
    ];
    const tsc = spawnSync(join(root, "node_modules/.bin/tsc"), [...options, ...target, "use.ts"], {
      cwd: lastFolder(),
      encoding: "utf8",
    });
    expect(tsc.stdout + tsc.stderr).toBe("");
    expect(tsc.status).toBe(0);
  });

  it("leaves out of a bundle what the app does not use", async () => {
    writeFileSync(
      join(lastFolder(), "small.js"),
      'export { encodePerformance, PERFORMANCE_388 } from "ostinato";\n',
    );
    const built = await build({
      root: lastFolder(),
      configFile: false,
      logLevel: "error",
      build: { write: false, lib: { entry: "small.js", formats: ["es"] } },
    });
    const outputs = (Array.isArray(built) ? built : [built]).flatMap((one) =>
      "output" in one ? one.output : [],
    );
    const code = outputs.map((chunk) => (chunk.type === "chunk" ? chunk.code : "")).join("");
    expect(code).toContain("TIME_SHIFT");
    expect(code).not.toContain("onnx");
    expect(code.length).toBeLessThan(12_000);
  });

  it.skipIf(!hasChromium())(
    "makes music in Chromium as the recipe says, built with Vite",
    async () => {
      writeRecipe(lastFolder());
      await build({ root: lastFolder(), logLevel: "error", build: { reportCompressedSize: false } });
      const server = await startStaticServer({
        folders: { "/": join(lastFolder(), "dist") },
        isolated: true,
      });
      const browser = await launchChromium();
      const complaints: string[] = [];
      try {
        const page = await browser.newPage();
        page.on("pageerror", (error) => complaints.push(error.message));
        await page.goto(server.url);
        const link = page.locator('a[href^="blob:"]');
        await link.waitFor({ timeout: PATIENCE / 2 });
        const bytes = await link.evaluate(async (a) => {
          const response = await fetch(a.getAttribute("href") ?? "");
          return [...new Uint8Array(await response.arrayBuffer())];
        });
        expect(readMidi(Uint8Array.from(bytes)).notes.length).toBeGreaterThan(0);
        expect(complaints).toEqual([]);
      } finally {
        await browser.close();
        await server.close();
      }
    },
    PATIENCE,
  );
});

/** The files of docs/recipes/embed.md, each named by its first line, and the model where it says. */
function writeRecipe(folder: string): void {
  const blocks = codeBlocks(readFileSync(join(root, "docs/recipes/embed.md"), "utf8"));
  for (const { text } of blocks) writeFileSync(join(folder, /^\/\/ (\S+)/.exec(text)?.[1] ?? ""), text);
  const piano = join(folder, "node_modules/ostinato/models/piano");
  cpSync(piano, join(folder, "public/models/piano"), { recursive: true });
  symlinkSync(join(root, "node_modules/vite"), join(folder, "node_modules/vite"));
}
