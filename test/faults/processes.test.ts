/** Processes that are killed, interrupted, have no stdin, or run concurrently. */
import { execFile, spawn } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { Readable } from "node:stream";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { openCheckpoint, SCHEMES } from "../../models/index.ts";
import { checkpointFolder } from "../../src/platform/node/checkpoint-folder.ts";
import { cachedWeights } from "../../src/platform/node/weight-cache.ts";
import { interrupt, runCli } from "../cli/run-cli.ts";
import { spawnCli } from "../cli/spawn-cli.ts";
import { writeTinyCheckpoint } from "../tiny-checkpoint.ts";
import { makeInputs, midiBytes } from "./inputs.ts";

const inputs = makeInputs();
const { folder, midi, model } = inputs;
const main = new URL("../../dist/src/cli/main.js", import.meta.url).pathname;

/** A piece that takes every command many steps. */
const long = join(folder, "long.mid");
writeFileSync(long, midiBytes(2000));

describe("killed while writing", () => {
  it("leaves the existing file unchanged, and does not affect the next run", async () => {
    const into = join(folder, "killed");
    mkdirSync(into);
    const out = join(into, "out.wav");
    writeFileSync(out, "what was there");
    let files: string[] = [];
    const { code } = await spawnCli(["render", long, "--out", out], {
      onHeld: (kill) => {
        files = readdirSync(into);
        kill("SIGKILL");
      },
    });
    expect(code).toBe(null);
    expect(files).toHaveLength(2);
    expect(readFileSync(out, "utf8")).toBe("what was there");
    expect((await runCli(["render", midi, "--out", out])).code).toBe(0);
    expect(readFileSync(out).toString("latin1", 0, 4)).toBe("RIFF");
  });
});

describe("interrupted", () => {
  const quick = ["--threads", "1", "--model", model];
  const into = join(folder, "interrupted");
  const many = join(folder, "many");
  mkdirSync(many);
  for (let i = 0; i < 50; i += 1) writeFileSync(join(many, `${i}.mid`), midiBytes());

  /** What is not done after its first step; `infill` does what `accompany` does. */
  const commands: Readonly<Record<string, string[]>> = {
    generate: ["generate", "--seconds", "1000", ...quick, "--out", join(into, "o.mid")],
    accompany: ["accompany", long, ...quick, "--out", join(into, "o.mid")],
    render: ["render", long, "--out", join(into, "o.wav")],
    text: ["text", "ROMEO:", "--tokens", "1000", "--context-shift", "--threads", "1"],
    dataset: ["dataset", many, "--threads", "1", "--out", join(into, "made/by/it")],
    quantize: ["quantize", model, "--out", join(into, "int8")],
    evaluate: ["evaluate", long, ...quick],
    compare: ["compare", inputs.pieces, "--count", "100", ...quick, "--out", join(into, "o.html")],
  };

  it.each(Object.entries(commands))(
    "%s stops, reports it, and leaves no files",
    async (_name, parameters) => {
      rmSync(into, { recursive: true, force: true });
      mkdirSync(into);
      const { code, stderr } = await runCli(parameters, { onHeld: (send) => send("SIGINT") });
      expect(stderr).toMatch(/error: stopped by SIGINT/);
      expect(code).toBe(1);
      expect(readdirSync(into)).toEqual([]);
    },
  );

  // Another process gets SIGINT, below.
  it("by the system, a process with threads and without stdin does the same", async () => {
    rmSync(into, { recursive: true, force: true });
    mkdirSync(into);
    const { code, stderr } = await spawnCli(commands["dataset"] ?? [], {
      withoutStdin: true,
      onHeld: (kill) => kill("SIGTERM"),
    });
    expect(stderr).toMatch(/error: stopped by SIGTERM/);
    expect(code).toBe(1);
    expect(readdirSync(into)).toEqual([]);
  });

  it.each([
    ["encode", ["encode", "-", "--out", join(folder, "never")]],
    ["decode", ["decode", "-", "--out", join(folder, "never")]],
    ["inspect", ["inspect", "-"]],
    ["infill", ["infill", "-", "--from", "1", "--to", "2", "--out", join(folder, "never")]],
  ])("%s ends while it waits for stdin", async (_name, parameters) => {
    // Is read, and has no end.
    const stdin = new Readable({ read: () => interrupt("SIGINT") });
    const { code, stderr } = await runCli(parameters, { stdin });
    expect(`${code} ${stderr}`).toMatch(/^1 error: stopped by SIGINT/);
    expect(existsSync(join(folder, "never"))).toBe(false);
  });

  it("a process ends while it waits for stdin", async () => {
    const child = spawn(process.execPath, [main, "encode", "-", "--out", join(folder, "never")]);
    let stderr = "";
    child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
    child.stdin.on("error", () => undefined);
    const ended = new Promise<string>((resolve) => {
      child.once("close", (code, signal) => resolve(`${code ?? signal}`));
    });
    // More than fits between two processes: once it is written the command is reading, and there is no end of it yet.
    await new Promise<void>((resolve) => {
      child.stdin.write(Buffer.alloc(4_000_000), () => resolve());
    });
    child.kill("SIGINT");
    expect(`${await ended} ${stderr}`).toMatch(/^1 error: stopped by SIGINT/);
    expect(existsSync(join(folder, "never"))).toBe(false);
  });
});

describe("without stdin", () => {
  it("a process says what it lacks", async () => {
    const { code, stderr } = await spawnCli(["encode", "-"], { withoutStdin: true });
    expect(code).toBe(1);
    expect(stderr).toMatch(/^error: .*-.*/m);
    expect(stderr).not.toContain("    at ");
  });

  it.each([
    ["inspect", "-"],
    ["render", "-", "--out", "never.wav"],
    ["decode", "-", "--out", "never.mid"],
  ])("%s says what it lacks in an empty one", async (...parameters) => {
    const { code, stderr } = await runCli(parameters, { cwd: folder });
    expect(code).toBe(1);
    expect(stderr).toMatch(/^error: .*-.*/m);
    expect(stderr).not.toContain("    at ");
  });
});

describe("a truncated model", () => {
  it("is refused with its path and the missing bytes", async () => {
    const cut = join(folder, "cut");
    writeTinyCheckpoint(cut);
    truncateSync(join(cut, "model.safetensors"), 5000);
    const run = await runCli([
      "generate",
      "--seconds",
      "1",
      "--model",
      cut,
      "--out",
      join(folder, "never.mid"),
    ]);
    expect(run.code).toBe(1);
    expect(run.stderr).toMatch(/^error: .*model\.safetensors.* — /m);
    expect(existsSync(join(folder, "never.mid"))).toBe(false);
  });
});

describe("several processes with one cache", () => {
  it("load the same weights, and leave one cache entry", async () => {
    const cache = join(folder, "cache");
    const address = (path: string): string =>
      JSON.stringify(new URL(`../../dist/${path}`, import.meta.url).href);
    const script = `
      const { openCheckpoint, SCHEMES } = await import(${address("models/index.js")});
      const { checkpointFolder } = await import(${address("src/platform/node/checkpoint-folder.js")});
      const { cachedWeights } = await import(${address("src/platform/node/weight-cache.js")});
      const checkpoint = await openCheckpoint(await checkpointFolder(${JSON.stringify(model)}));
      process.stdout.write("ready ");
      const weights = await cachedWeights(checkpoint, SCHEMES.int8.node, ${JSON.stringify(cache)});
      const [first] = weights.located.values();
      process.stdout.write(first.file);
    `;
    const run = promisify(execFile);
    const others = [1, 2, 3].map(() => run(process.execPath, ["--input-type=module", "-e", script]));
    const checkpoint = await openCheckpoint(await checkpointFolder(model));
    // Begins its own when one of the others does.
    await Promise.race(others.map(({ child }) => new Promise((begin) => child.stdout?.once("data", begin))));
    const weights = await cachedWeights(checkpoint, SCHEMES.int8.node, cache);
    const [first] = weights?.located?.values() ?? [];
    const outputs = (await Promise.all(others)).map(({ stdout }) => stdout.replace("ready ", ""));
    const files = [first?.file, ...outputs];
    expect(new Set(files).size).toBe(1);
    expect(readdirSync(join(cache, "weights"))).toEqual([files[0]]);
  });
});
