import { createHash } from "node:crypto";
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { runCli } from "./run-cli.ts";

const CHECKOUT = fileURLToPath(new URL("../../", import.meta.url));

interface Check {
  readonly area: string;
  readonly name: string;
  readonly state: string;
  readonly found: string;
  readonly hint?: string;
}

let folder = "";
let env: Record<string, string> = {};

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "ostinato-doctor-"));
  env = { OSTINATO_CACHE: join(folder, "own"), HF_HUB_CACHE: join(folder, "hub") };
});

describe("ostinato doctor", () => {
  it("finds no fault in this checkout and runs a model", async () => {
    const { code, report, notGood } = await examine();
    expect({ code, faults: notGood.filter(({ state }) => state === "fault") }).toEqual({
      code: 0,
      faults: [],
    });
    expect(report).toMatchObject({ ok: true, backend: "node", why: "it is installed and the fastest" });
    const found = new Map(report.checks.map((check) => [check.name, check.found]));
    expect(found.get("Node")).toContain(process.versions.node);
    expect(found.get("onnxruntime-node")).toMatch(/^1\.\d+\.\d+, loads$/);
    expect(found.get("onnxruntime-web")).toMatch(/^1\.\d+\.\d+, loads$/);
    expect(found.get("trial")).toMatch(/loaded shakespeare and generated 8 ids/);
    expect(found.get("piano")).toContain("model.safetensors: SHA-256 as published");
    expect(found.get("sounds")).toContain("piano.sf3: SHA-256 as published");
    expect(found.get("quantized weights")).toContain(
      `${folder}/own (set by OSTINATO_CACHE): not created yet`,
    );
  });

  it("reports the backend of the environment variable, and refuses an unknown one", async () => {
    const wasm = await examine({ OSTINATO_BACKEND: "wasm" });
    expect(wasm.report).toMatchObject({ ok: true, backend: "wasm", why: "OSTINATO_BACKEND is wasm" });
    const wrong = await examine({ OSTINATO_BACKEND: "cuda", HF_ENDPOINT: "hub.example" });
    expect(wrong).toMatchObject({ code: 1, report: { ok: false, backend: null } });
    expect(wrong.notGood.map(({ name, state }) => [name, state])).toEqual(
      expect.arrayContaining([
        ["used", "fault"],
        ["OSTINATO_BACKEND", "fault"],
        ["HF_ENDPOINT", "fault"],
      ]),
    );
    for (const { hint } of wrong.notGood) expect(hint).toBeTruthy();
  });

  it("finds unusable caches, and incomplete files in them", async () => {
    writeFileSync(join(folder, "own"), "a file");
    const stale = join(folder, "hub/models--some--one/blobs/abc.incomplete");
    mkdirSync(dirname(stale), { recursive: true });
    writeFileSync(stale, Buffer.alloc(2000));
    utimesSync(stale, 1e9, 1e9);
    const fresh = join(folder, "hub/new.incomplete");
    writeFileSync(fresh, "");
    const { code, notGood } = await examine();
    expect(code).toBe(1);
    const caches = notGood.filter(({ area }) => area === "caches");
    expect(caches.map(({ state, found }) => `${state} ${found}`)).toEqual(
      [
        expect.stringMatching(/^fault .*own \(set by OSTINATO_CACHE\) is a file, not a folder$/),
        `note ${stale}: 2.0 kB of an unfinished file, abandoned`,
        `note ${fresh}: 0 bytes of an unfinished file, perhaps still being written`,
      ].map((expected) => (typeof expected === "string" ? expect.stringContaining(expected) : expected)),
    );
  });

  it("finds damaged and incomplete downloaded models", async () => {
    const whole = cacheModel("good--one", { damaged: false });
    const damaged = cacheModel("bad--one", { damaged: true });
    mkdirSync(join(folder, "hub/models--half--one/blobs"), { recursive: true });
    const { code, report } = await examine();
    expect(code).toBe(1);
    const models = new Map(report.checks.map((check) => [check.name, check]));
    expect(models.get("good/one")).toMatchObject({ state: "good", found: expect.stringContaining(whole) });
    expect(models.get("bad/one")).toMatchObject({
      state: "fault",
      found: expect.stringContaining(`${damaged}`),
      hint: expect.stringContaining("--model bad/one"),
    });
    expect(models.get("half/one")).toMatchObject({ state: "note" });
    const { stdout } = await runCli(["models", "--json"], { env });
    const listed: { name: string; problem: string | null }[] = JSON.parse(stdout).models;
    expect(listed.map(({ name, problem }) => [name, problem === null])).toEqual([
      ["piano", true],
      ["shakespeare", true],
      ["bad/one", true],
      ["good/one", true],
      ["half/one", false],
    ]);
  });

  it("finds a cache path below a file", async () => {
    writeFileSync(join(folder, "own"), "a file");
    const { code, notGood } = await examine({ OSTINATO_CACHE: join(folder, "own/cache") });
    expect(code).toBe(1);
    expect(notGood.map(({ state, found }) => `${state} ${found}`)).toEqual([
      expect.stringMatching(
        /^fault .*own\/cache \(set by OSTINATO_CACHE\) cannot be created: a part of the path is a file$/,
      ),
    ]);
  });

  it("shows only faults and notes with --quiet, and colors only on a terminal", async () => {
    writeFileSync(join(folder, "own"), "a file");
    const { stdout, stderr, code } = await runCli(["doctor", "--quiet"], { env });
    expect({ code, stderr }).toEqual({ code: 1, stderr: "" });
    expect(stdout).toMatch(/✗ quantized weights .* is a file, not a folder\n +→ choose another folder/);
    expect(stdout).not.toContain("✓");
    expect(stdout).not.toContain("\u001b");
  });

  describe("in a damaged package", () => {
    let copy = "";
    beforeAll(() => {
      copy = mkdtempSync(join(tmpdir(), "ostinato-damaged-"));
      for (const name of ["package.json", "models/piano", "models/shakespeare", "sounds"])
        cpSync(join(CHECKOUT, name), join(copy, name), { recursive: true });
      truncateSync(join(copy, "models/shakespeare/model.safetensors"), 2_000_000);
      const weights = readFileSync(join(copy, "models/piano/model.safetensors"));
      weights[6_000_000] = (weights[6_000_000] ?? 0) ^ 1;
      writeFileSync(join(copy, "models/piano/model.safetensors"), weights);
    });

    it("finds files whose checksum differs from the published one", async () => {
      const { code, notGood } = await examine({}, copy);
      expect(code).toBe(1);
      const faults = notGood
        .filter(({ state }) => state === "fault")
        .map(({ name, found }) => `${name}: ${found}`);
      expect(faults).toEqual([
        expect.stringMatching(/^trial: .*shakespeare.model\.safetensors is not as it was published/),
        expect.stringMatching(
          /^piano: .*piano.model\.safetensors is not as it was published: its SHA-256 is/,
        ),
        expect.stringMatching(/^shakespeare: .*model\.safetensors is not as it was published/),
      ]);
    });

    it("refuses a model with a flipped bit, and a truncated one", async () => {
      const music = await runCli(["generate", "--seconds", "1", "--out", join(folder, "o.mid")], {
        packageRoot: copy,
      });
      expect(music.code).toBe(1);
      expect(music.stderr).toMatch(
        /error: .*piano.model\.safetensors is not as it was published.* — install ostinato again/,
      );
      const text = await runCli(["text", "ROMEO:", "--tokens", "2"], { packageRoot: copy });
      expect(text.code).toBe(1);
      expect(text.stderr).toMatch(/shakespeare.model\.safetensors is not as it was published/);
    });
  });
});

async function examine(more: Record<string, string> = {}, packageRoot?: string) {
  const { code, stdout } = await runCli(["doctor", "--json"], { env: { ...env, ...more }, packageRoot });
  const report: { ok: boolean; backend: string | null; why: string; checks: readonly Check[] } =
    JSON.parse(stdout);
  return { code, report, notGood: report.checks.filter(({ state }) => state !== "good") };
}

/** Puts the small text model into the cache as if it had been downloaded. @returns the blob of its weights. */
function cacheModel(name: string, { damaged }: { readonly damaged: boolean }): string {
  const storage = join(folder, "hub", `models--${name}`);
  const commit = "0".repeat(40);
  const snapshot = join(storage, "snapshots", commit);
  for (const path of [join(storage, "blobs"), join(storage, "refs"), snapshot])
    mkdirSync(path, { recursive: true });
  writeFileSync(join(storage, "refs/main"), commit);
  let weights = "";
  for (const file of ["config.json", "model.safetensors", "tokenizer.json"]) {
    const bytes = readFileSync(new URL(`../../models/shakespeare/${file}`, import.meta.url));
    const isLarge = file === "model.safetensors";
    const hash = isLarge
      ? createHash("sha256").update(bytes)
      : createHash("sha1").update(`blob ${bytes.length}\0`).update(bytes);
    const blob = join(storage, "blobs", hash.digest("hex"));
    if (isLarge) weights = blob;
    if (isLarge && damaged) bytes[3_000_000] = (bytes[3_000_000] ?? 0) ^ 255;
    writeFileSync(blob, bytes);
    symlinkSync(blob, join(snapshot, file));
  }
  return damaged ? weights : snapshot;
}
