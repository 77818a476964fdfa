/** Files in PyTorch's format damaged in thousands of ways: each is read, or throws a `CheckpointError`, in bounded memory. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { CheckpointError, checkpointInMemory, readCheckpoint, tensorShapes } from "../../../models/index.ts";
import { mutate } from "../../encoding/midi/mutate.ts";
import { FUZZ_TIMEOUT, fuzzRounds } from "../../fuzz-rounds.ts";
import { randomNumbers } from "../../random-numbers.ts";
import { countingMemory } from "./counted-memory.ts";
import { CONFIG, plain, WTE } from "./plain-pytorch.ts";
import {
  archive,
  dict,
  type Instructions,
  joined,
  pickle,
  storage,
  string,
  tensor,
  text,
  zipFile,
} from "./pytorch-file.ts";

/** Bytes with a meaning in a pickle or in a ZIP directory. */
const TELLING = [
  ...text("PK(tRQq.}]ubacXjhNJKM)"),
  0,
  1,
  2,
  4,
  5,
  6,
  7,
  0x85,
  0x86,
  0x8a,
  0x93,
  0x94,
  0x95,
  0xff,
];

/** Some tensors share a storage, some have gaps between their numbers. */
function parts() {
  const { tensors, storages } = plain();
  const shared = storage("FloatStorage", "shared", 100);
  const all: Record<string, Instructions> = {
    ...tensors,
    [WTE]: tensor(shared, 7, [5, 4]),
    "lm_head.weight": tensor(shared, 7, [5, 4]),
    "transformer.wpe.weight": tensor(shared, 4, [8, 4], [11, 2]),
    "transformer.h.0.attn.bias": tensor(storage("ByteStorage", "mask", 4), 0, [2, 2]),
  };
  const data = pickle(dict(Object.entries(all).map(([name, value]) => [string(name), value] as const)));
  return { data, storages: { ...storages, shared: new Float32Array(100), mask: new Uint8Array(4) } };
}

type Random = (limit: number) => number;

const { data: DATA, storages: STORAGES } = parts();
const WHOLE = archive(DATA, STORAGES);
const LONG = archive(DATA, STORAGES, { zip64: true });

/** Replaces some bytes in a part of the file by bytes with a meaning. */
function misstate(file: Uint8Array, begin: number, random: Random): Uint8Array {
  const changed = file.slice();
  for (let faults = 1 + random(4); faults > 0; faults -= 1) {
    changed[begin + random(changed.length - begin)] = TELLING[random(TELLING.length)]!;
  }
  return changed;
}

const DAMAGES: Record<string, (random: Random) => Uint8Array> = {
  "the whole file": (random) => mutate(random(2) === 0 ? WHOLE : LONG, WHOLE, random),
  "a file of PyTorch's": (random) => {
    const kind = random(3);
    if (kind === 0) return mutate(OWN, WHOLE, random);
    const changed = misstate(OWN.subarray(0, 5000), 0, random);
    return kind === 1 ? joined(changed, OWN.subarray(5000)) : misstate(OWN, OWN.length - 4000, random);
  },
  "the pickle": (random) =>
    archive(random(2) === 0 ? mutate(DATA, DATA, random) : misstate(DATA, 0, random), STORAGES),
  "the directory": (random) => {
    const file = random(2) === 0 ? WHOLE : LONG;
    return misstate(file, file.length - 1600, random);
  },
  "the files in the archive": (random) =>
    zipFile(
      ["data.pkl", "byteorder", "data/0", "data/shared", "version"]
        .filter(() => random(5) > 0)
        .map((name) => [random(9) === 0 ? name : `model/${name}`, mutate(DATA, DATA, random)] as const),
    ),
};

/** Written by PyTorch: its pickle comes first. */
const GOLDEN = join(import.meta.dirname, "../golden/pytorch-views");
const OWN = Uint8Array.from(readFileSync(join(GOLDEN, "pytorch_model.bin")));

interface Outcome {
  /** "read" with sound tensors, or the error's name. */
  readonly ending: string;
  readonly bytesRead: number;
  /** Memory made for it, collected or not. */
  readonly bytesMade: number;
}

async function outcome(file: Uint8Array, isOwn: boolean): Promise<Outcome> {
  let bytesRead = 0;
  const files = checkpointInMemory(
    new Map([
      ["config.json", isOwn ? readFileSync(join(GOLDEN, "config.json")) : text(JSON.stringify(CONFIG))],
      ["pytorch_model.bin", file],
    ]),
  );
  const watched = {
    open: async (name: string) => {
      const opened = await files.open(name);
      const read = async (begin: number, end: number): Promise<Uint8Array> => {
        bytesRead += end - begin;
        if (!(begin >= 0 && begin <= end && end <= opened.bytes))
          throw new RangeError(`read ${begin} to ${end}`);
        return opened.read(begin, end);
      };
      return { ...opened, read };
    },
  };
  const { result, bytes: bytesMade } = await countingMemory(() =>
    readCheckpoint(watched).catch((error: unknown) => ({ error })),
  );
  if ("error" in result) {
    const { error } = result;
    return { ending: error instanceof CheckpointError ? error.name : String(error), bytesRead, bytesMade };
  }
  const { config, tensors } = result;
  const shapes = tensorShapes(config);
  const isSound = [...shapes].every(([name, shape]) => {
    const found = tensors.get(name);
    const size = shape.reduce((product, length) => product * length, 1);
    return String(found?.shape) === String(shape) && found?.values.length === size;
  });
  const ending = isSound && tensors.size === shapes.size ? "read" : "unsound";
  return { ending, bytesRead, bytesMade };
}

test.each([WHOLE, LONG, OWN])("an undamaged file is read", async (file) => {
  expect(await outcome(file, file === OWN)).toMatchObject({ ending: "read" });
});

describe.each(Object.entries(DAMAGES))("%s is damaged", (name, damage) => {
  test.each([1, 2])("round %i", { timeout: FUZZ_TIMEOUT }, async (seed) => {
    const random = randomNumbers(seed);
    const rounds = fuzzRounds(150);
    for (let round = 0; round < rounds; round += 1) {
      const file = damage(random);
      const { ending, bytesRead, bytesMade } = await outcome(file, name.includes("PyTorch"));
      expect(ending, `seed ${seed}, round ${round}`).toMatch(/^(read|CheckpointError)$/);
      expect(bytesRead).toBeLessThanOrEqual(4 * (OWN.length + 5000)); // a small multiple of the file
      expect(bytesMade).toBeLessThanOrEqual(2 * file.length + 2 ** 24);
    }
  });
});
