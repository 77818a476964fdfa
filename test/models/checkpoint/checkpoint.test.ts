import { mkdtemp, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import {
  CheckpointError,
  checkpointInMemory,
  parseConfig,
  readCheckpoint,
  readConfig,
  type TensorBytes,
  tensorShapes,
  writeSafetensors,
} from "../../../models/index.ts";
import { checkpointFolder } from "../../../src/platform/node/checkpoint-folder.ts";
import { countingTensors, SMALLEST_CONFIG } from "../counting-tensors.ts";

function filesOf(json: object, tensors: readonly TensorBytes[]) {
  return checkpointInMemory(
    new Map([
      ["config.json", new TextEncoder().encode(JSON.stringify(json))],
      ["model.safetensors", writeSafetensors(tensors)],
    ]),
  );
}

const changed = (name: string, change: (tensor: TensorBytes) => TensorBytes[]): TensorBytes[] =>
  countingTensors(SMALLEST_CONFIG).flatMap((tensor) => (tensor.name === name ? change(tensor) : [tensor]));

test("reads every tensor", async () => {
  const { config, tensors } = await readCheckpoint(
    filesOf(SMALLEST_CONFIG, countingTensors(SMALLEST_CONFIG)),
  );
  expect(config).toEqual(parseConfig(SMALLEST_CONFIG));
  expect([...tensors.keys()].sort()).toEqual([...tensorShapes(config).keys()].sort());
  expect([...(tensors.get("h.0.ln_1.weight")?.values ?? [])]).toEqual([0, 1, 2, 3]);
});

test("names the tensor when memory runs out", async () => {
  const files = filesOf(SMALLEST_CONFIG, countingTensors(SMALLEST_CONFIG));
  const small = {
    open: async (name: string) => {
      const file = await files.open(name);
      const read = async (begin: number, end: number) =>
        end - begin === 20 * 4 ? new Uint8Array(2 ** 60) : file.read(begin, end);
      return { ...file, read };
    },
  };
  await expect(readCheckpoint(small)).rejects.toMatchObject({
    name: "CheckpointError",
    code: "out-of-memory",
    message: 'model.safetensors: no memory for tensor "wte.weight", 80 bytes of F32',
  });
});

test("accepts Hugging Face's prefix, and skips GPT-2's buffers", async () => {
  const tensors = countingTensors(SMALLEST_CONFIG).map((tensor) => ({
    ...tensor,
    name: `transformer.${tensor.name}`,
  }));
  const buffers: TensorBytes[] = [
    { name: "transformer.h.0.attn.bias", dtype: "BOOL", shape: [1, 1, 2, 2], bytes: new Uint8Array(4) },
    { name: "h.0.attn.masked_bias", dtype: "F32", shape: [], bytes: new Uint8Array(4) },
  ];
  const read = await readCheckpoint(filesOf(SMALLEST_CONFIG, [...tensors, ...buffers]));
  expect([...read.tensors.keys()].sort()).toEqual([...tensorShapes(read.config).keys()].sort());
});

test("accepts a stored copy of a tied head, if it is equal", async () => {
  const again = (shift: number): TensorBytes[] =>
    changed("wte.weight", (tensor) => {
      const copy = new Float32Array(tensor.bytes.slice().buffer).map((value) => value + shift);
      return [tensor, { ...tensor, name: "lm_head.weight", bytes: new Uint8Array(copy.buffer) }];
    });
  const { tensors } = await readCheckpoint(filesOf(SMALLEST_CONFIG, again(0)));
  expect(tensors.has("lm_head.weight")).toBe(false);
  await expect(readCheckpoint(filesOf(SMALLEST_CONFIG, again(1)))).rejects.toThrow(
    /differs from "wte.weight"/,
  );
});

const HEAD = { dtype: "F32", shape: [1], bytes: new Uint8Array(4) };

test("skips heads beside the language model's, and says so once", async () => {
  const names = ["v_head.summary.weight", "v_head.summary.bias", "multiple_choice_head.summary.weight"];
  const heads = names.map((name) => ({ ...HEAD, name }));
  const read = await readCheckpoint(
    filesOf(SMALLEST_CONFIG, [...countingTensors(SMALLEST_CONFIG), ...heads]),
  );
  expect([...read.tensors.keys()].sort()).toEqual([...tensorShapes(read.config).keys()].sort());
  expect(read.warning).toBe(
    "not used: multiple_choice_head.* and v_head.* of the checkpoint; text needs the head of the language model only",
  );
  const others = [...countingTensors(SMALLEST_CONFIG), { ...HEAD, name: "value_head.fc.0.weight" }];
  const { warning } = await readCheckpoint(filesOf(SMALLEST_CONFIG, others));
  expect(warning).toContain("not used: value_head.* of the checkpoint");
  const plain = await readCheckpoint(filesOf(SMALLEST_CONFIG, countingTensors(SMALLEST_CONFIG)));
  expect(plain.warning).toBeUndefined();
});

test.each([
  ["score.weight", "classifies texts"],
  ["classifier.bias", "classifies tokens"],
  ["qa_outputs.weight", "finds answers in texts"],
])("refuses a head in the place of the language model's: %s", async (name, does) => {
  const files = filesOf(SMALLEST_CONFIG, [...countingTensors(SMALLEST_CONFIG), { ...HEAD, name }]);
  await expect(readCheckpoint(files)).rejects.toMatchObject({
    name: "CheckpointError",
    message: expect.stringContaining(`the checkpoint has "${name}": it ${does}`),
    hint: "use a checkpoint of a language model (GPT2LMHeadModel)",
  });
});

describe("throws an error that names the tensor for", () => {
  const withValue = (value: number): TensorBytes[] =>
    changed("h.0.mlp.c_fc.bias", (tensor) => [
      { ...tensor, bytes: new Uint8Array(Float32Array.of(0, 1, value, 3, 4, 5).buffer) },
    ]);
  const cases: [string, TensorBytes[], RegExp][] = [
    ["a missing tensor", changed("ln_f.bias", () => []), /"ln_f.bias" is missing/],
    [
      "another shape",
      changed("wte.weight", (tensor) => [{ ...tensor, shape: [4, 5] }]),
      /"wte.weight" has shape \[4, 5\]/,
    ],
    ["NaN", withValue(NaN), /"h.0.mlp.c_fc.bias" holds NaN at index 2/],
    ["infinity", withValue(-Infinity), /holds -Infinity at index 2/],
    [
      "a dtype that is not a float",
      changed("ln_f.bias", (tensor) => [{ ...tensor, dtype: "I32" }]),
      /"ln_f.bias" is stored as I32/,
    ],
    [
      "an unknown tensor",
      [
        ...countingTensors(SMALLEST_CONFIG),
        { name: "h.1.ln_1.bias", dtype: "U8", shape: [1], bytes: new Uint8Array(1) },
      ],
      /unknown tensor "h.1.ln_1.bias"/,
    ],
    [
      "one name with and without prefix",
      changed("ln_f.bias", (tensor) => [tensor, { ...tensor, name: "transformer.ln_f.bias" }]),
      /are the same tensor/,
    ],
  ];
  test.each(cases)("%s", async (_, tensors, message) => {
    const files = filesOf(SMALLEST_CONFIG, tensors);
    await expect(readCheckpoint(files)).rejects.toThrow(CheckpointError);
    await expect(readCheckpoint(files)).rejects.toThrow(message);
  });

  test("a config.json that is not JSON", async () => {
    const files = checkpointInMemory(new Map([["config.json", new TextEncoder().encode("{")]]));
    await expect(readConfig(files)).rejects.toThrow(/config.json is not JSON/);
  });
});

describe("a folder", () => {
  async function folderWith(files: Record<string, string | Uint8Array>): Promise<string> {
    const folder = await mkdtemp(join(tmpdir(), "ostinato-"));
    for (const [name, data] of Object.entries(files)) await writeFile(join(folder, name), data);
    return folder;
  }

  test("is read", async () => {
    const folder = await folderWith({
      "config.json": JSON.stringify(SMALLEST_CONFIG),
      "model.safetensors": writeSafetensors(countingTensors(SMALLEST_CONFIG)),
    });
    const { tensors } = await readCheckpoint(await checkpointFolder(folder));
    expect(tensors.size).toBe(tensorShapes(parseConfig(SMALLEST_CONFIG)).size);
  });

  test("throws when it does not exist, or is a file", async () => {
    await expect(checkpointFolder("no/such/folder")).rejects.toThrow("no/such/folder does not exist");
    const folder = await folderWith({ file: "" });
    await expect(checkpointFolder(join(folder, "file"))).rejects.toThrow(/is a file/);
  });

  test("throws when it has no weights", async () => {
    const folder = await folderWith({ "config.json": JSON.stringify(SMALLEST_CONFIG) });
    const reading = readCheckpoint(await checkpointFolder(folder));
    await expect(reading).rejects.toMatchObject({ name: "CheckpointError", code: "missing-file" });
  });

  test("throws when the weights are a Git LFS pointer", async () => {
    const pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 3\n";
    const folder = await folderWith({
      "config.json": JSON.stringify(SMALLEST_CONFIG),
      "model.safetensors": pointer,
    });
    await expect(readCheckpoint(await checkpointFolder(folder))).rejects.toThrow(
      /model\.safetensors is a Git LFS pointer, not the file$/,
    );
    expect((await readFile(join(folder, "model.safetensors"))).length).toBe(pointer.length);
  });
});
