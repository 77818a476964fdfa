/** What the published package is made of. */
import { spawnSync } from "node:child_process";
import { accessSync, constants, existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { publint } from "publint";
import { describe, expect, inject, it } from "vitest";
import { createProgram } from "../../src/cli/program.ts";
import { shippedNames } from "../../src/platform/node/shipped-models.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));

/** All that belongs in it. */
const WANTED = [
  /^(package\.json|README\.md|CHANGELOG\.md|LICENSE)$/,
  /^dist\/(encoding|models|src)\/.*\.(js|d\.ts)$/,
  /^models\/(piano|shakespeare)\/(config\.json|model\.safetensors|tokenizer\.json|README\.md|SHA256SUMS|loss\.png)$/,
  /^sounds\/(piano\.sf3|LICENSE|README\.md|SHA256SUMS)$/,
];

const tarball = inject("packed");

describe("the package", () => {
  it("holds what is needed, and nothing else", () => {
    const paths = tarball.files.map(({ path }) => path);
    expect(paths.filter((path) => !WANTED.some((wanted) => wanted.test(path)))).toEqual([]);
    for (const name of shippedNames()) expect(paths).toContain(`models/${name}/model.safetensors`);
    expect(paths).toEqual(
      expect.arrayContaining([
        "LICENSE",
        "README.md",
        "sounds/piano.sf3",
        "sounds/LICENSE",
        "dist/src/cli/main.js",
      ]),
    );
    const built = paths.filter((path) => path.startsWith("dist/src/cli/") && path.endsWith(".js"));
    expect(built.length).toBeGreaterThan(createProgram().commands.length);
  });

  it("can be run in a checkout after every build: npx makes the command executable only once", () => {
    expect(() => accessSync(`${root}dist/src/cli/main.js`, constants.X_OK)).not.toThrow();
  });

  it("has no file whose source is gone", () => {
    const stale = tarball.files
      .map(({ path }) => path)
      .filter((path) => path.endsWith(".js"))
      .filter((path) => !existsSync(root + path.replace(/^dist\//, "").replace(/\.js$/, ".ts")));
    expect(stale).toEqual([]);
  });

  it("stays under 40 MB, and is mostly the models", () => {
    const models = tarball.files.filter(({ path }) => path.startsWith("models/"));
    const weight = models.reduce((sum, { size }) => sum + size, 0);
    process.stdout.write(
      `package: ${(tarball.size / 1e6).toFixed(1)} MB packed, ${(tarball.unpackedSize / 1e6).toFixed(1)} MB unpacked, ` +
        `${tarball.files.length} files, of which models ${(weight / 1e6).toFixed(1)} MB\n`,
    );
    expect(tarball.unpackedSize).toBeLessThan(40e6);
    expect(tarball.unpackedSize - weight).toBeLessThan(3e6);
  });

  it("runs no script when it is installed", () => {
    const json: { scripts: Record<string, string> } = JSON.parse(readFileSync(`${root}package.json`, "utf8"));
    for (const name of ["preinstall", "install", "postinstall"])
      expect(json.scripts).not.toHaveProperty(name);
  });

  it("is as publint wants it", async () => {
    const bytes = new Uint8Array(readFileSync(tarball.path));
    const { messages } = await publint({ pack: { tarball: bytes.buffer }, strict: true });
    expect(messages).toEqual([]);
  });

  it("has types that resolve in every entry", () => {
    // The package is ESM only, on purpose.
    const attw = spawnSync(`${root}node_modules/.bin/attw`, [tarball.path, "--profile", "esm-only"], {
      encoding: "utf8",
    });
    expect(attw.status, attw.stdout + attw.stderr).toBe(0);
    expect(attw.stdout).toContain('"ostinato/worker"');
  });
});
