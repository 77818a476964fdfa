import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { openCheckpoint, type OpenCheckpoint, readSafetensors } from "../../../models/index.ts";
import { SCHEMES } from "../../../models/graph/quantization-scheme.ts";
import { Decoder, type Runtime } from "../../../src/engine/index.ts";
import { checkpointFolder } from "../../../src/platform/node/checkpoint-folder.ts";
import { createNodeRuntime } from "../../../src/platform/node/runtime.ts";
import { cachedWeights } from "../../../src/platform/node/weight-cache.ts";
import { TINY_CONFIG, writeTinyCheckpoint } from "../../tiny-checkpoint.ts";

const CONFIG = { ...TINY_CONFIG, n_embd: 64, n_inner: 128 };
/** As `Decoder.load` chooses it for the tiny model, whose attention is relative. */
const PLAN = { ...SCHEMES.int8.node, isExact: false };
const IDS = [389, 375, 60, 270, 60 + 128];

const folder = mkdtempSync(join(tmpdir(), "ostinato-cache-"));
const cache = join(folder, "cache");
const entries = join(cache, "weights");
let runtime: Runtime;
let checkpoint: OpenCheckpoint;

beforeAll(async () => {
  writeTinyCheckpoint(join(folder, "model"), CONFIG);
  runtime = await createNodeRuntime({ backend: "node", threads: 1 });
});

beforeEach(async () => {
  checkpoint = await openCheckpoint(await checkpointFolder(join(folder, "model")));
});

afterEach(async () => {
  await checkpoint.close();
  rmSync(cache, { recursive: true, force: true });
});

/** The logits of a decoder with the weights in memory. */
async function logitsInMemory(): Promise<Float32Array> {
  const { config } = checkpoint;
  const decoder = await Decoder.load({ config, tensors: checkpoint.tensors(), runtime, precision: "int8" });
  const logits = await decoder.forward(IDS, decoder.createCache(), { logits: "all" });
  await decoder.dispose();
  return logits;
}

/** The logits of a decoder with the cache's weights. */
async function logitsFromCache(): Promise<Float32Array> {
  const { config } = checkpoint;
  const weights = await cachedWeights(checkpoint, PLAN, cache);
  if (!weights) throw new Error("nothing is cached");
  const decoder = await Decoder.fromWeights({ config, scheme: PLAN, runtime, weights });
  const logits = await decoder.forward(IDS, decoder.createCache(), { logits: "all" });
  await decoder.dispose();
  return logits;
}

function entry(): string {
  const names = readdirSync(entries);
  expect(names).toHaveLength(1);
  return join(entries, names[0] ?? "");
}

describe("cached weights", () => {
  it("have the same logits as weights in memory, when written and when read", async () => {
    const expected = await logitsInMemory();
    expect(await logitsFromCache()).toEqual(expected);
    const { mtimeMs } = statSync(entry());
    expect(await logitsFromCache()).toEqual(expected);
    expect(statSync(entry()).mtimeMs).toBe(mtimeMs);
  });

  it("are a safetensors file", async () => {
    await cachedWeights(checkpoint, PLAN, cache);
    const tensors = readSafetensors(readFileSync(entry()));
    expect(tensors.map(({ name }) => name)).toContain("h.0.attn.c_attn.weight.int8");
    expect(tensors.at(-1)).toMatchObject({ name: "crc32", shape: [tensors.length - 1] });
  });

  it.each([
    [
      "a flipped bit in the data",
      (bytes: Buffer) => (bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 1),
    ],
    ["a flipped bit in the header", (bytes: Buffer) => (bytes[20] = (bytes[20] ?? 0) ^ 1)],
    ["a flipped bit in a checksum", (bytes: Buffer) => (bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1)],
    ["zeros", (bytes: Buffer) => bytes.fill(0)],
  ])("are written again after %s", async (_, damage) => {
    const expected = await logitsFromCache();
    const whole = readFileSync(entry());
    const damaged = Buffer.from(whole);
    damage(damaged);
    writeFileSync(entry(), damaged);
    expect(await logitsFromCache()).toEqual(expected);
    expect(readFileSync(entry()).equals(whole)).toBe(true);
  });

  it.each([0, 7, 1000])("are written again when truncated to %d bytes", async (left) => {
    const expected = await logitsFromCache();
    writeFileSync(entry(), readFileSync(entry()).subarray(0, left));
    expect(await logitsFromCache()).toEqual(expected);
  });

  it("have another entry for another checkpoint of the same name and date", async () => {
    await cachedWeights(checkpoint, PLAN, cache);
    const path = join(folder, "model", "model.safetensors");
    const { atime, mtime } = statSync(path);
    const original = readFileSync(path);
    const changed = Buffer.from(original);
    changed.writeFloatLE(0.125, changed.length - 4);
    try {
      writeFileSync(path, changed);
      utimesSync(path, atime, mtime);
      await cachedWeights(checkpoint, PLAN, cache);
      expect(readdirSync(entries)).toHaveLength(2);
    } finally {
      writeFileSync(path, original);
    }
  });

  it("may be written by several processes at once", async () => {
    const expected = await logitsInMemory();
    const all = await Promise.all(Array.from({ length: 4 }, () => logitsFromCache()));
    for (const logits of all) expect(logits).toEqual(expected);
    expect(readSafetensors(readFileSync(entry())).length).toBeGreaterThan(1);
  });

  it("leave no partial file, and delete those of dead processes", async () => {
    mkdirSync(entries, { recursive: true });
    const [old, recent] = [join(entries, "a.partial"), join(entries, "b.partial")];
    for (const path of [old, recent]) writeFileSync(path, "half");
    utimesSync(old, new Date(), new Date(Date.now() - 2 * 24 * 60 * 60 * 1000));
    await cachedWeights(checkpoint, PLAN, cache);
    expect(readdirSync(entries).filter((name) => name.endsWith(".partial"))).toEqual(["b.partial"]);
  });

  it("are not cached when the checkpoint is damaged", async () => {
    const path = join(folder, "model", "model.safetensors");
    const original = readFileSync(path);
    const changed = Buffer.from(original);
    changed.writeFloatLE(Number.NaN, changed.length - 4);
    try {
      writeFileSync(path, changed);
      await expect(cachedWeights(checkpoint, PLAN, cache)).rejects.toMatchObject({
        code: "bad-value",
      });
      expect(readdirSync(entries)).toEqual([]);
    } finally {
      writeFileSync(path, original);
    }
  });

  it("are not used when the folder cannot be created", async () => {
    const file = join(folder, "a-file");
    writeFileSync(file, "");
    expect(await cachedWeights(checkpoint, PLAN, file)).toBeUndefined();
  });

  it.skipIf(process.getuid?.() === 0)("are not used when the folder is read-only", async () => {
    mkdirSync(entries, { recursive: true });
    chmodSync(entries, 0o555);
    expect(await cachedWeights(checkpoint, PLAN, cache)).toBeUndefined();
  });
});
