/** Files that are not a `pytorch_model.bin`, or contain more than weights: each throws a typed error. */
import { describe, expect, test } from "vitest";
import { CheckpointError, readCheckpoint } from "../../../models/index.ts";
import { countingMemory } from "./counted-memory.ts";
import { CONFIG, filesOf, plain, WTE } from "./plain-pytorch.ts";
import {
  archive,
  bytes,
  called,
  dict,
  type Instructions,
  joined,
  named,
  none,
  number,
  pickle,
  pytorchFile,
  storage,
  string,
  tensor,
  text,
  tuple,
  zipFile,
} from "./pytorch-file.ts";

/** Of half precision, which share one storage of `size` numbers. */
function sharingFile(size: number): Uint8Array {
  const { tensors, storages } = plain();
  const shared = storage("HalfStorage", "shared", size);
  const file = {
    ...tensors,
    [WTE]: tensor(shared, 0, [size / 4, 4]),
    "transformer.wpe.weight": tensor(shared, 0, [size / 4, 4]),
    "transformer.h.0.attn.c_proj.bias": tensor(shared, 0, [4], [size / 4]),
  };
  return pytorchFile(file, { ...storages, shared: new Uint16Array(size) });
}

test("tensors that share a storage are read up to a limit, in memory of twice the file and 16 MiB", async () => {
  const size = 2 ** 20;
  const file = sharingFile(size);
  const config = { ...CONFIG, vocab_size: size / 4, n_positions: size / 4 };
  const { result, bytes: made } = await countingMemory(() => readCheckpoint(filesOf(file, config)));
  expect(result.tensors.get("wpe.weight")?.shape).toEqual([size / 4, 4]);
  expect(made).toBeLessThan(2 * file.length + 2 ** 24);
  const tooLarge = filesOf(sharingFile(2 ** 22));
  const { result: error, bytes: madeForError } = await countingMemory(() =>
    readCheckpoint(tooLarge).catch((cause: unknown) => cause),
  );
  expect(error).toMatchObject({
    message: expect.stringMatching(/take \d+ bytes as float32, in a file of \d+/),
  });
  expect(madeForError).toBeLessThan(2 ** 10);
});

test("a large shape for many tensors takes no time", async () => {
  const [shape, view] = [
    Array.from({ length: 50_000 }, () => number(1)),
    text("h\u0002(h\u0001K\u0000h\u0000h\u0000tR"),
  ];
  const values = Array.from({ length: 10_000 }, () => joined(string("a"), view));
  const data = joined(
    tuple(...shape),
    bytes(0x71, 0),
    storage("FloatStorage", "0", 20),
    bytes(0x71, 1),
    named("torch._utils", "_rebuild_tensor_v2"),
    bytes(0x71, 2),
    text("}("),
    ...values,
    text("u"),
  );
  await expect(readCheckpoint(filesOf(archive(pickle(data))))).rejects.toMatchObject({
    code: "bad-pytorch",
    message: expect.stringMatching(/describes a tensor that cannot be read/),
  });
});

describe("throws a CheckpointError with a hint for", () => {
  const { tensors, storages } = plain();
  const withWte = (value: Instructions): Uint8Array => pytorchFile({ ...tensors, [WTE]: value }, storages);
  const own = storage("FloatStorage", "0", 20);
  const cases: [string, Uint8Array, string, RegExp][] = [
    [
      "a file that is not an archive",
      text("<!doctype html>"),
      "bad-pytorch",
      /: the file is not a ZIP archive, or its end is missing/,
    ],
    ["nothing", new Uint8Array(), "bad-pytorch", /not a ZIP archive/],
    [
      "PyTorch's old format",
      joined(bytes(0x80, 2, 0x8a, 10, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20), new Uint8Array(100)),
      "unsupported",
      /: the file is in the format of PyTorch before 1.6/,
    ],
    ["half a file", pytorchFile(tensors, storages).slice(0, 900), "bad-pytorch", /its end is missing/],
    [
      "compression",
      pytorchFile(tensors, storages, { method: 8 }),
      "unsupported",
      /"model\/data.pkl" is compressed/,
    ],
    [
      "an archive of something else",
      zipFile([["a.txt", text("a")]]),
      "bad-pytorch",
      /the archive has no data.pkl/,
    ],
    [
      "two pickles",
      zipFile([
        ["a/data.pkl", none],
        ["b/data.pkl", none],
      ]),
      "bad-pytorch",
      /the archive has 2 data.pkl/,
    ],
    [
      "a file twice",
      zipFile([
        ["a", none],
        ["a", none],
      ]),
      "bad-pytorch",
      /"a" is in the archive twice/,
    ],
    [
      "big-endian numbers",
      zipFile([
        ["model/data.pkl", none],
        ["model/byteorder", text("big")],
      ]),
      "unsupported",
      /the byte order is "big"/,
    ],
    ["another value", archive(pickle(number(3))), "unsupported", /the file holds 3, not a dict of tensors/],
    [
      "a dict in a dict",
      archive(pickle(dict([[string("model"), dict([])]]))),
      "unsupported",
      /the text "model" is a dict, not a tensor/,
    ],
    [
      "the name of another function",
      withWte(called("statistics", "mean", tuple(number(1)))),
      "unsupported",
      /data.pkl names "statistics.mean", which tensors do not need; it was not run/,
    ],
    [
      "a name alone",
      withWte(named("torch", "FloatStorage")),
      "unsupported",
      /is "torch.FloatStorage", not a tensor/,
    ],
    [
      "a call of a value that is not a function",
      withWte(called("torch", "FloatStorage", number(1))),
      "bad-pytorch",
      /data.pkl calls "torch.FloatStorage" with 1/,
    ],
    [
      "an opcode that is not allowed",
      archive(bytes(0x80, 2, 0x69)),
      "unsupported",
      /has instruction 0x69 at byte 2/,
    ],
    ["a pickle without end", archive(bytes(0x80, 2)), "bad-pytorch", /data.pkl is cut off, at byte 2/],
    [
      "a value from an empty stack",
      archive(bytes(0x80, 2, 0x85)),
      "bad-pytorch",
      /pops a value from an empty stack/,
    ],
    [
      "a huge pickle",
      archive(new Uint8Array(2 ** 22 + 1)),
      "unsupported",
      /data.pkl has 4194305 bytes, more than weights need/,
    ],
    ["a mark that does not exist", archive(text("t.")), "bad-pytorch", /pops to a mark that does not exist/],
    [
      "a memo entry that was not stored",
      archive(bytes(0x68, 9)),
      "bad-pytorch",
      /reads memo entry 9, which was not stored/,
    ],
    ["too many opcodes", archive(text("]".repeat(70_000))), "unsupported", /more than 666\d\d instructions/],
    [
      "more opcodes than any model has",
      archive(text("N".repeat(300_000)), { 0: new Uint8Array(2 ** 24) }),
      "unsupported",
      /more than 262144 instructions/,
    ],
    ["a whole number of 255 bytes", archive(bytes(0x8a, 255)), "bad-pytorch", /a whole number of 255 bytes/],
    [
      "a tensor of 65 axes",
      withWte(
        tensor(
          own,
          0,
          Array.from({ length: 65 }, () => 1),
        ),
      ),
      "bad-pytorch",
      /describes a tensor that cannot be read/,
    ],
    [
      "a tensor beyond its storage",
      withWte(tensor(own, 1, [5, 4])),
      "bad-pytorch",
      /does not fit into 20 numbers/,
    ],
    [
      "strides beyond the storage",
      withWte(tensor(own, 0, [5, 4], [4, 2])),
      "bad-pytorch",
      /does not fit into 20/,
    ],
    [
      "a storage beyond its file",
      withWte(tensor(storage("FloatStorage", "0", 21), 0, [5, 4])),
      "bad-pytorch",
      /has 80 bytes/,
    ],
    [
      "a storage that is missing",
      withWte(tensor(storage("FloatStorage", "x", 20), 0, [5, 4])),
      "bad-pytorch",
      /data\/x, which is missing/,
    ],
    [
      "a negative size",
      withWte(tensor(own, 0, [-5, 4], [4, 1])),
      "bad-pytorch",
      /describes a tensor that cannot be read/,
    ],
    [
      "a shape with too few strides",
      withWte(tensor(own, 0, [5, 4], [4])),
      "bad-pytorch",
      /describes a tensor that cannot be read/,
    ],
    [
      "elements that overlap",
      withWte(tensor(own, 0, [5, 4], [0, 1])),
      "unsupported",
      /with strides \[0, 1\], overlap/,
    ],
    [
      "a tensor far larger than the file",
      withWte(tensor(own, 0, [2 ** 40, 4], [0, 1])),
      "unsupported",
      /take \d+ bytes as float32, in a file of \d+/,
    ],
    [
      "numbers of another type",
      withWte(tensor(storage("LongStorage", "0", 10), 0, [5, 2])),
      "bad-shape",
      /has shape \[5, 2\]/,
    ],
    [
      "a tensor of 64-bit numbers",
      pytorchFile(
        { ...tensors, [WTE]: tensor(storage("LongStorage", "d", 20), 0, [5, 4]) },
        { ...storages, d: new BigInt64Array(20) },
      ),
      "unsupported",
      /is stored as I64/,
    ],
    ["another shape", withWte(tensor(own, 0, [4, 5])), "bad-shape", /has shape \[4, 5\]/],
    [
      "an unknown tensor",
      pytorchFile({ ...tensors, extra: tensor(own, 0, [5, 4]) }, storages),
      "unknown-tensor",
      /unknown tensor "extra"/,
    ],
    [
      "a missing tensor",
      pytorchFile({ [WTE]: tensors[WTE]! }, storages),
      "missing-tensor",
      /tensor "wpe.weight" is missing/,
    ],
  ];
  test.each(cases)("%s", async (_, file, code, message) => {
    const error: unknown = await readCheckpoint(filesOf(file)).catch((cause: unknown) => cause);
    expect(error).toBeInstanceOf(CheckpointError);
    expect(error).toMatchObject({
      code,
      message: expect.stringMatching(message),
      hint: expect.stringMatching(/\w/),
    });
    if (code === "bad-pytorch")
      expect(error).toMatchObject({ message: expect.stringMatching(/^pytorch_model.bin: /) });
  });
});
