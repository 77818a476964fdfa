/** Reads `pytorch_model.bin`: files written by PyTorch, and files built here for cases that those lack. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import {
  checkpointInMemory,
  type Checkpoint,
  openCheckpoint,
  readCheckpoint,
  tensorShapes,
} from "../../../models/index.ts";
import { checkpointFolder } from "../../../src/platform/node/checkpoint-folder.ts";
import {
  archive,
  bytes,
  called,
  dict,
  joined,
  orderedDict,
  pickle,
  pytorchFile,
  storage,
  string,
  tensor,
  text,
  type ZipOptions,
} from "./pytorch-file.ts";
import { countingMemory } from "./counted-memory.ts";
import { CONFIG, filesOf, plain, SHAPES, WTE } from "./plain-pytorch.ts";

const GOLDEN = join(import.meta.dirname, "../golden");

/** The checkpoint of a folder with these files only. */
async function only(folder: string, ...names: readonly string[]): Promise<Checkpoint> {
  const all = ["config.json", ...names];
  return readCheckpoint(
    checkpointInMemory(new Map(all.map((name) => [name, readFileSync(join(GOLDEN, folder, name))]))),
  );
}

test.each(["scaled-float16", "pytorch-buffers", "pytorch-views", "pytorch-double"])(
  "PyTorch's own file gives the tensors of model.safetensors: %s",
  async (folder) => {
    const found = await only(folder, "pytorch_model.bin");
    const expected = await only(folder, "model.safetensors");
    expect(found.config).toEqual(expected.config);
    expect([...found.tensors.keys()].sort()).toEqual([...tensorShapes(expected.config).keys()].sort());
    for (const [name, { shape, values }] of expected.tensors) {
      expect(found.tensors.get(name)?.shape, name).toEqual(shape);
      // Millions of values: compared as bytes.
      const bytesOf = (read?: Float32Array): string =>
        Buffer.from(Float32Array.from(read ?? []).buffer).toString("base64");
      expect(bytesOf(found.tensors.get(name)?.values) === bytesOf(values), name).toBe(true);
    }
  },
);

test.each(["scaled-float16", "pytorch-buffers", "pytorch-views", "pytorch-double"])(
  "a file in a folder, read into memory of the reader, gives the same tensors: %s",
  async (name) => {
    const folder = await checkpointFolder(join(GOLDEN, name));
    const withoutSafetensors = {
      open: async (file: string) => folder.open(file === "model.safetensors" ? "none" : file),
    };
    const { tensors } = await readCheckpoint(withoutSafetensors);
    const expected = await only(name, "pytorch_model.bin");
    expect([...tensors.keys()].sort()).toEqual([...expected.tensors.keys()].sort());
    for (const [key, { values }] of expected.tensors) {
      const found = Float32Array.from(tensors.get(key)?.values ?? []);
      expect(Buffer.from(found.buffer).equals(Buffer.from(Float32Array.from(values).buffer)), key).toBe(true);
    }
    const checkpoint = await openCheckpoint(withoutSafetensors);
    await expect(checkpoint.check()).resolves.toBeUndefined();
    await checkpoint.close();
  },
);

/** The numbers of one tensor. */
async function valuesOf(file: Uint8Array, name: string): Promise<number[]> {
  const { tensors } = await readCheckpoint(filesOf(file));
  return [...(tensors.get(name)?.values ?? [])];
}

const counting = (size: number): number[] => Array.from({ length: size }, (_, i) => i);

test.each<[string, ZipOptions]>([
  ["of a small file", {}],
  ["in zip64, the format above 4 GB", { zip64: true }],
  ["with a comment", { comment: "by hand" }],
])("reads an archive %s", async (_, options) => {
  const { tensors, storages } = plain();
  const file = pytorchFile(tensors, storages, options);
  expect(await valuesOf(file, "h.0.mlp.c_fc.weight")).toEqual(counting(64));
});

test.each([
  [
    "HalfStorage",
    (values: number[]) => Uint16Array.from(values, (value) => value << 10),
    [0, 2 ** -14, 2 ** -13],
  ],
  [
    "BFloat16Storage",
    (values: number[]) => Uint16Array.from(values, (value) => value << 7),
    [0, 2 ** -126, 2 ** -125],
  ],
] as const)("reads %s", async (type, make, expected) => {
  const { tensors, storages } = plain(type, (values) => make(values.map((value) => value % 3)));
  expect((await valuesOf(pytorchFile(tensors, storages), "wte.weight")).slice(0, 3)).toEqual(expected);
});

test("reads views of one storage: with an offset, transposed, and with gaps", async () => {
  const { tensors, storages } = plain();
  const shared = storage("FloatStorage", "shared", 100);
  const file = pytorchFile(
    {
      ...tensors,
      [WTE]: tensor(shared, 7, [5, 4]),
      "transformer.h.0.attn.c_proj.weight": tensor(shared, 30, [4, 4], [1, 4]),
      "transformer.h.0.attn.c_proj.bias": tensor(shared, 2, [4], [10]),
      "transformer.wpe.weight": tensor(shared, 4, [8, 4], [11, 2]),
    },
    { ...storages, shared: Float32Array.from(counting(100)) },
  );
  expect(await valuesOf(file, "wte.weight")).toEqual(counting(20).map((i) => 7 + i));
  expect(await valuesOf(file, "h.0.attn.c_proj.weight")).toEqual(
    [0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15].map((i) => 30 + i),
  );
  expect(await valuesOf(file, "h.0.attn.c_proj.bias")).toEqual([2, 12, 22, 32]);
  expect(await valuesOf(file, "wpe.weight")).toEqual(
    counting(8).flatMap((row) => [0, 2, 4, 6].map((i) => 4 + 11 * row + i)),
  );
});

test("reads a large float16 matrix into the memory of its result, and a tied head of the same bytes not at all", async () => {
  const config = { ...CONFIG, vocab_size: 300_000 };
  const { tensors, storages } = plain();
  const size = 1_200_000;
  const halves = Uint16Array.from({ length: size }, (_, i) => i % 0x7c00);
  const file = pytorchFile(
    {
      ...tensors,
      [WTE]: tensor(storage("HalfStorage", "h", size), 0, [300_000, 4]),
      "lm_head.weight": tensor(storage("HalfStorage", "h", size), 0, [300_000, 4]),
    },
    { ...storages, h: halves },
  );
  const files = filesOf(file, config);
  let intoBuffer = 0;
  const { tensors: read } = await readCheckpoint({
    open: async (name) => {
      const opened = await files.open(name);
      return {
        ...opened,
        read: async (begin, end, into) => {
          const found = await opened.read(begin, end);
          if (end - begin < 2 * size) return found;
          intoBuffer += into?.buffer.byteLength ?? 0;
          into?.set(found); // as a file of a folder does it
          return into ?? found;
        },
      };
    },
  });
  expect(intoBuffer).toBe(4 * size);
  const values = read.get("wte.weight")?.values;
  expect(values?.buffer.byteLength).toBe(4 * size);
  const at = [0, 0x3c00, 0x7c00 + 0x3c00, 0x7c00 * 37 + 0x3c00, size - 1].map((i) => values?.[i]);
  expect(at).toEqual([0, 1, 1, 1, 959.5]);
});

test.each(["HalfStorage", "BFloat16Storage"])("compares a head that is a copy in parts: %s", async (type) => {
  const rows = 300_000;
  const make = (last: number): Uint16Array<ArrayBuffer> =>
    Uint16Array.from({ length: 4 * rows }, (_, i) => (i === 4 * rows - 1 ? last : i % 500));
  const { tensors, storages } = plain();
  const one = tensor(storage(type, "one", 4 * rows), 0, [rows, 4]);
  const other = tensor(storage(type, "other", 4 * rows), 0, [rows, 4]);
  const read = async (last: number) => {
    const file = pytorchFile(
      { ...tensors, [WTE]: one, "lm_head.weight": other },
      { ...storages, one: make(7), other: make(last) },
    );
    return countingMemory(() => readCheckpoint(filesOf(file, { ...CONFIG, vocab_size: rows })));
  };
  const { result, bytes: made } = await read(7);
  expect(result.tensors.get("wte.weight")?.values.length).toBe(4 * rows);
  expect(made).toBeLessThan(16 * rows + 2 ** 23); // the result, and parts of both
  await expect(read(8)).rejects.toMatchObject({
    message: 'pytorch_model.bin: "lm_head.weight" differs from "wte.weight"',
  });
});

test("a head in the storage of the embedding is tied", async () => {
  const { tensors, storages } = plain();
  const head = tensor(storage("FloatStorage", "0", 20), 0, [5, 4]);
  const { tensors: read } = await readCheckpoint(
    filesOf(pytorchFile({ ...tensors, "lm_head.weight": head }, storages)),
  );
  expect([...read.keys()].sort()).toEqual([...SHAPES.keys()].sort());
});

test("reads parameters, and an OrderedDict with metadata", async () => {
  const { tensors, storages } = plain();
  const entries = Object.entries(tensors).map(
    ([name, value]) =>
      [string(name), called("torch._utils", "_rebuild_parameter", value, bytes(0x88), orderedDict)] as const,
  );
  const state = dict([[string("_metadata"), orderedDict]]);
  const file = archive(
    pickle(joined(orderedDict, text("("), ...entries.flat(), text("u"), state, text("b"))),
    storages,
  );
  expect(await valuesOf(file, "wte.weight")).toEqual(counting(20));
});

test("skips GPT-2's buffers of any contents", async () => {
  const { tensors, storages } = plain();
  const buffers = {
    "transformer.h.0.attn.bias": tensor(storage("ByteStorage", "mask", 16), 0, [1, 1, 4, 4]),
    "h.0.attn.masked_bias": tensor(storage("DoubleStorage", "nowhere", 1), 0, []),
  };
  const file = pytorchFile({ ...tensors, ...buffers }, { ...storages, mask: new Uint8Array(16) });
  expect(await valuesOf(file, "wte.weight")).toEqual(counting(20));
});

describe("shards", () => {
  const [FIRST, SECOND] = ["pytorch_model-00001-of-00002.bin", "pytorch_model-00002-of-00002.bin"];
  const { tensors, storages } = plain();
  const names = Object.keys(tensors);
  const part = (begin: number, end: number): Uint8Array =>
    pytorchFile(Object.fromEntries(names.slice(begin, end).map((name) => [name, tensors[name]!])), storages);
  const sharded = (index: unknown) =>
    checkpointInMemory(
      new Map([
        ["config.json", text(JSON.stringify(CONFIG))],
        ["pytorch_model.bin.index.json", text(JSON.stringify(index))],
        [FIRST, part(0, 6)],
        [SECOND, part(6, names.length)],
      ]),
    );

  test("are read by their index", async () => {
    const map = Object.fromEntries(names.map((name, i) => [name, i < 6 ? FIRST : SECOND]));
    const { tensors: read } = await readCheckpoint(sharded({ metadata: {}, weight_map: map }));
    expect([...read.keys()].sort()).toEqual([...SHAPES.keys()].sort());
  });

  test.each([
    ["another folder's file", "../pytorch_model.bin"],
    ["a file of another format", "model.safetensors"],
  ])("throw when the index names %s", async (_, file) => {
    await expect(readCheckpoint(sharded({ weight_map: { [WTE]: file } }))).rejects.toMatchObject({
      name: "CheckpointError",
      code: "bad-pytorch",
      message: `pytorch_model.bin.index.json names "${file}" as the file of "${WTE}"`,
    });
  });
});

test("model.safetensors is preferred to pytorch_model.bin", async () => {
  const folder = join(GOLDEN, "pytorch-buffers");
  const files = new Map(
    ["config.json", "model.safetensors"].map((name) => [name, readFileSync(join(folder, name))] as const),
  );
  const both = new Map<string, Uint8Array>([...files, ["pytorch_model.bin", text("no archive")]]);
  expect((await readCheckpoint(checkpointInMemory(both))).tensors.size).toBe(40);
});

test("a file in a folder is read in parts, and a float32 tensor has its path for mapping", async () => {
  const checkpoint = await openCheckpoint(await checkpointFolder(join(GOLDEN, "pytorch-views")));
  await checkpoint.close();
  const folder = await checkpointFolder(join(GOLDEN, "pytorch-views"));
  const views = await openCheckpoint({
    open: async (name) => folder.open(name === "model.safetensors" ? "none" : name),
  });
  const where = (name: string) => views.stored.get(name);
  expect(where("h.0.mlp.c_proj.weight")).toMatchObject({ fileName: "pytorch_model.bin", dtype: "F32" });
  expect(where("h.0.mlp.c_proj.weight")?.file.path).toBe(join(GOLDEN, "pytorch-views", "pytorch_model.bin"));
  expect((where("h.0.mlp.c_proj.weight")?.begin ?? 1) % 64).toBe(0);
  expect(where("h.0.mlp.c_fc.weight")?.file.path).toBeUndefined(); // transposed
  await views.close();
});
