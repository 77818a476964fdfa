/** Checkpoints damaged in thousands of ways: each is read, or throws a `CheckpointError`. */
import { describe, expect, test } from "vitest";
import {
  CheckpointError,
  checkpointInMemory,
  readCheckpoint,
  type TensorBytes,
  tensorShapes,
  writeSafetensors,
} from "../../models/index.ts";
import { FUZZ_TIMEOUT, fuzzRounds } from "../fuzz-rounds.ts";
import { mutate } from "../encoding/midi/mutate.ts";
import { randomNumbers } from "../random-numbers.ts";
import { countingTensors, SMALLEST_CONFIG } from "./counting-tensors.ts";

const SHARDS = ["model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"];

/** Replacements of numbers in JSON: limits of integers and floats, signs, fractions, and values that are not numbers. */
const TELLING = [
  "0",
  "-1",
  "0.5",
  "3",
  "4294967296",
  "9007199254740993",
  "1e308",
  "1e999",
  "[]",
  '""',
  "null",
];

function bytesOf(json: object): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(json));
}

/** A third of the tensors are in half precision. */
function tensors(): TensorBytes[] {
  return countingTensors(SMALLEST_CONFIG).map((tensor, i) => {
    if (i % 3 !== 1) return tensor;
    const values = new Float32Array(tensor.bytes.buffer);
    const stored = Uint16Array.from(values, (value) => value * 64); // all finite
    return { ...tensor, dtype: "F16", bytes: new Uint8Array(stored.buffer) };
  });
}

function whole(): Map<string, Uint8Array> {
  return new Map([
    ["config.json", bytesOf(SMALLEST_CONFIG)],
    ["model.safetensors", writeSafetensors(tensors())],
  ]);
}

function sharded(): Map<string, Uint8Array> {
  const all = tensors();
  const parts = [all.slice(0, 7), all.slice(7)];
  const located = parts.flatMap((part, i) => part.map(({ name }) => [name, SHARDS[i]]));
  return new Map([
    ["config.json", bytesOf(SMALLEST_CONFIG)],
    ["model.safetensors.index.json", bytesOf({ weight_map: Object.fromEntries(located) })],
    ...parts.map((part, i) => [SHARDS[i] ?? "", writeSafetensors(part)] as const),
  ]);
}

/** Replaces one number in the bytes as text, or in a safetensors header. */
function misstate(bytes: Uint8Array, random: (limit: number) => number): Uint8Array {
  const isJson = bytes[0] === 0x7b;
  const begin = isJson ? 0 : 8;
  const end = isJson ? bytes.length : 8 + Number(new DataView(bytes.buffer).getBigUint64(0, true));
  const text = new TextDecoder().decode(bytes.subarray(begin, end));
  const numbers = [...text.matchAll(/\d+/g)];
  const found = numbers[random(numbers.length)];
  if (!found) return bytes;
  const after = text.slice(found.index + found[0].length);
  const changed = text.slice(0, found.index) + (TELLING[random(TELLING.length)] ?? "") + after;
  const header = new TextEncoder().encode(changed);
  if (isJson) return header;
  const result = new Uint8Array(8 + header.length + bytes.length - end);
  new DataView(result.buffer).setBigUint64(0, BigInt(header.length), true);
  result.set(header, 8);
  result.set(bytes.subarray(end), 8 + header.length);
  return result;
}

/** The outcome: "read" with sound tensors, or the error's name; and the largest read of a file. */
async function outcome(
  files: ReadonlyMap<string, Uint8Array>,
): Promise<{ ending: string; largestRead: number }> {
  let largestRead = 0;
  const inMemory = checkpointInMemory(files);
  const watched = {
    open: async (name: string) => {
      const file = await inMemory.open(name);
      const read = async (begin: number, end: number): Promise<Uint8Array> => {
        largestRead = Math.max(largestRead, end - begin);
        if (!(begin >= 0 && begin <= end && end <= file.bytes))
          throw new RangeError(`read ${begin} to ${end}`);
        return file.read(begin, end);
      };
      return { ...file, read };
    },
  };
  try {
    const checkpoint = await readCheckpoint(watched);
    const shapes = tensorShapes(checkpoint.config);
    const isSound = [...checkpoint.tensors].every(
      ([name, { shape, values }]) =>
        String(shape) === String(shapes.get(name)) &&
        values.length === shape.reduce((size, length) => size * length, 1) &&
        values.every(Number.isFinite),
    );
    return { ending: isSound && checkpoint.tensors.size === shapes.size ? "read" : "unsound", largestRead };
  } catch (error) {
    return { ending: error instanceof CheckpointError ? error.name : `${String(error)}`, largestRead };
  }
}

describe.each([
  ["one file", whole],
  ["shards", sharded],
])("%s", (_, make) => {
  test("an undamaged checkpoint is read", async () => {
    expect(await outcome(make())).toMatchObject({ ending: "read" });
  });

  test.each([1, 2, 3])("damaged, round %i", { timeout: FUZZ_TIMEOUT }, async (seed) => {
    const random = randomNumbers(seed);
    const files = make();
    const names = [...files.keys()];
    const endings = new Map<string, number>();
    const rounds = fuzzRounds(300);
    for (let round = 0; round < rounds; round += 1) {
      const name = names[random(names.length)] ?? "";
      const other = files.get(names[random(names.length)] ?? "") ?? new Uint8Array();
      const bytes = files.get(name) ?? new Uint8Array();
      const bad = random(2) === 0 ? misstate(bytes, random) : mutate(bytes, other, random);
      const { ending, largestRead } = await outcome(new Map([...files, [name, bad]]));
      expect(ending, `seed ${seed}, round ${round}, ${name}`).toMatch(/^(read|CheckpointError)$/);
      expect(largestRead).toBeLessThanOrEqual(8192); // no file is larger
      endings.set(ending, (endings.get(ending) ?? 0) + 1);
    }
    expect(endings.get("CheckpointError")).toBeGreaterThan(rounds / 2);
    expect(endings.get("read")).toBeGreaterThan(0); // a changed weight is not an error
  });
});
