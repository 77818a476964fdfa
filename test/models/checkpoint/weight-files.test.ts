import { expect, test } from "vitest";
import {
  type CheckpointFiles,
  checkpointInMemory,
  readCheckpoint,
  type TensorBytes,
  writeSafetensors,
} from "../../../models/index.ts";
import { countingTensors } from "../counting-tensors.ts";

const CONFIG = { model_type: "gpt2", vocab_size: 5, n_layer: 2, n_embd: 4, n_head: 2, n_positions: 8 };
const FIRST = "model-00001-of-00002.safetensors";
const SECOND = "model-00002-of-00002.safetensors";
const INDEX = "model.safetensors.index.json";

/** Every tensor of `CONFIG` under Hugging Face's names, counting up. */
const TENSORS: readonly TensorBytes[] = countingTensors(CONFIG).map((tensor) => ({
  ...tensor,
  name: `transformer.${tensor.name}`,
}));

const json = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));

function sharded(
  shards: Readonly<Record<string, readonly TensorBytes[]>>,
  index: unknown = indexOf(shards),
): CheckpointFiles {
  return checkpointInMemory(
    new Map<string, Uint8Array>([
      ["config.json", json(CONFIG)],
      [INDEX, json(index)],
      ...Object.entries(shards).map(([name, tensors]) => [name, writeSafetensors(tensors)] as const),
    ]),
  );
}

function indexOf(shards: Readonly<Record<string, readonly TensorBytes[]>>) {
  const located = Object.entries(shards).flatMap(([file, tensors]) =>
    tensors.map(({ name }) => [name, file]),
  );
  return { metadata: { total_size: 0 }, weight_map: Object.fromEntries(located) };
}

const SHARDS = { [FIRST]: TENSORS.slice(0, 10), [SECOND]: TENSORS.slice(10) };

test("shards give the same checkpoint as one file", async () => {
  const whole = checkpointInMemory(
    new Map([
      ["config.json", json(CONFIG)],
      ["model.safetensors", writeSafetensors(TENSORS)],
    ]),
  );
  const expected = await readCheckpoint(whole);
  expect(await readCheckpoint(sharded(SHARDS))).toEqual(expected);
  expect(expected.tensors.size).toBe(TENSORS.length);
});

test("closes all files after success and after an error", async () => {
  for (const broken of [false, true]) {
    const files = sharded(SHARDS, broken ? indexOf({ ...SHARDS, [SECOND]: TENSORS }) : undefined);
    let open = 0;
    const counting: CheckpointFiles = {
      open: async (name) => {
        const file = await files.open(name);
        open += 1;
        const close = async (): Promise<void> => {
          open -= 1;
        };
        return { ...file, close };
      },
    };
    await readCheckpoint(counting).catch(() => undefined);
    expect(open).toBe(0);
  }
});

const [one, two] = TENSORS;
if (!one || !two) throw new Error("no tensors");
const renamed = { ...one, name: one.name.replace("transformer.", "") };

test.each([
  {
    name: "a missing shard",
    files: sharded({ [FIRST]: SHARDS[FIRST] ?? [] }, indexOf(SHARDS)),
    code: "missing-file",
    says: `${SECOND} is missing`,
  },
  {
    name: "a tensor that is in no shard",
    files: sharded({ ...SHARDS, [SECOND]: TENSORS.slice(11) }),
    code: "missing-tensor",
    says: `tensor "${TENSORS[10]?.name.replace("transformer.", "")}" is missing`,
  },
  {
    name: "a tensor in another shard than the index says",
    files: sharded({ ...SHARDS, [SECOND]: TENSORS.slice(11) }, indexOf(SHARDS)),
    code: "missing-tensor",
    says: `${SECOND}: tensor "${TENSORS[10]?.name}" is missing, which ${INDEX} says is there`,
  },
  {
    name: "a tensor in two shards",
    files: sharded(
      { [FIRST]: [one, two], [SECOND]: TENSORS },
      indexOf({ [SECOND]: TENSORS, [FIRST]: [two] }),
    ),
    code: "unknown-tensor",
    says: `${SECOND}: "${one.name}" of ${FIRST} and "${one.name}" are the same tensor`,
  },
  {
    name: "a tensor in two shards under two names",
    files: sharded({ ...SHARDS, [SECOND]: [...TENSORS.slice(10), renamed] }),
    code: "unknown-tensor",
    says: `${SECOND}: "${one.name}" of ${FIRST} and "${renamed.name}" are the same tensor`,
  },
  {
    name: "an index with a path outside the folder",
    files: sharded(SHARDS, { weight_map: { [one.name]: "../../secret.safetensors" } }),
    code: "bad-safetensors",
    says: `${INDEX} names "../../secret.safetensors" as the file of "${one.name}"`,
  },
  {
    name: "an index without a map",
    files: sharded(SHARDS, {}),
    code: "bad-safetensors",
    says: `${INDEX} has no "weight_map"`,
  },
  {
    name: "no weights at all",
    files: checkpointInMemory(new Map([["config.json", json(CONFIG)]])),
    code: "missing-file",
    says: "model.safetensors is missing",
  },
])("throws for $name", async ({ files, code, says }) => {
  await expect(readCheckpoint(files)).rejects.toMatchObject({ name: "CheckpointError", code });
  await expect(readCheckpoint(files)).rejects.toThrow(says);
});

test("names a damaged shard", async () => {
  const damaged = new Map([
    ["config.json", json(CONFIG)],
    [INDEX, json(indexOf(SHARDS))],
    [FIRST, writeSafetensors(SHARDS[FIRST] ?? [])],
    [SECOND, writeSafetensors(SHARDS[SECOND] ?? []).subarray(0, -5)],
  ]);
  await expect(readCheckpoint(checkpointInMemory(damaged))).rejects.toThrow(new RegExp(`^${SECOND}: tensor`));
});

test("throws for an index that is not JSON", async () => {
  const files = new Map([
    ["config.json", json(CONFIG)],
    [INDEX, new TextEncoder().encode('{"weight_map": ')],
  ]);
  await expect(readCheckpoint(checkpointInMemory(files))).rejects.toThrow(`${INDEX} is not JSON`);
});

test.each(["aria", "gpt_neo", "mamba"])("names the unsupported architecture %s", async (type) => {
  const files = checkpointInMemory(new Map([["config.json", json({ ...CONFIG, model_type: type })]]));
  await expect(readCheckpoint(files)).rejects.toMatchObject({
    code: "unsupported",
    message: `config.json: "model_type" is "${type}"`,
    hint: expect.stringContaining('"gpt2"'),
  });
});
