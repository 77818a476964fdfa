import { expect, test } from "vitest";
import { CheckpointError, checkpointInMemory, type CheckpointFile } from "../../../models/index.ts";
import { locate, readZip } from "../../../models/checkpoint/zip.ts";
import { joined, text, zipFile, type ZipOptions } from "./pytorch-file.ts";

async function opened(bytes: Uint8Array): Promise<CheckpointFile> {
  return checkpointInMemory(new Map([["file", bytes]])).open("file");
}

const ENTRIES = [
  ["a/data.pkl", text("pickle")],
  ["a/data/0", text("numbers")],
  ["a/empty", text("")],
] as const;

test.each<[string, ZipOptions]>([
  ["32 bits", {}],
  ["64 bits", { zip64: true }],
  ["a comment of the maximum length", { comment: "c".repeat(65_535) }],
  ["64 bits and a comment", { zip64: true, comment: "PK\u0005\u0006" }],
])("finds the files of an archive: %s", async (_, options) => {
  const file = await opened(zipFile(ENTRIES, options));
  const entries = await readZip(file);
  expect([...entries.keys()]).toEqual(["a/data.pkl", "a/data/0", "a/empty"]);
  for (const [name, contents] of ENTRIES) {
    const { begin, end } = await locate(file, entries.get(name)!);
    expect(begin % 64, name).toBe(0);
    expect(await file.read(begin, end)).toEqual(contents);
  }
});

test("reads an archive without files", async () => {
  expect((await readZip(await opened(zipFile([])))).size).toBe(0);
});

/** Where the directory begins in an archive of these entries. */
const WHOLE = zipFile(ENTRIES);
const DIRECTORY = new DataView(WHOLE.buffer).getUint32(WHOLE.length - 6, true);

function changed(at: number, ...values: readonly number[]): Uint8Array {
  const copy = WHOLE.slice();
  copy.set(values, at);
  return copy;
}

test.each([
  ["bytes before it", joined(text("abc"), WHOLE), /^PyTorch: the ZIP directory has no entry at byte \d+$/],
  [
    "bytes after it",
    joined(WHOLE, text("abc")),
    "PyTorch: the file is not a ZIP archive, or its end is missing",
  ],
  ["a directory elsewhere", changed(WHOLE.length - 6, 1), /has no entry at byte/],
  [
    "a directory beyond the file",
    changed(WHOLE.length - 6, 0, 0, 1),
    /the ZIP directory of \d+ bytes at byte \d+ exceeds the file/,
  ],
  ["a long name", changed(DIRECTORY + 28, 255, 255), "the last entry of the ZIP directory is cut off"],
  ["a file beyond the directory", changed(DIRECTORY + 42, 0, 0, 1), /"a\/data.pkl" has 6 bytes at 65536/],
  ["two sizes", changed(DIRECTORY + 20, 7), /"a\/data.pkl" has 6 bytes/],
  ["an encrypted file", changed(DIRECTORY + 8, 1), /"a\/data.pkl" is compressed or encrypted/],
  ["64 bits without their field", changed(DIRECTORY + 42, 255, 255, 255, 255), /has 6 bytes at -1/],
])("throws for an archive with %s", async (_, bytes, message) => {
  const error: unknown = await readZip(await opened(bytes)).catch((cause: unknown) => cause);
  expect(error).toBeInstanceOf(CheckpointError);
  expect(error).toMatchObject({ message: expect.stringMatching(message) });
});

test("throws for a file that is not at the offset in the directory", async () => {
  const file = await opened(changed(DIRECTORY + 42, 1));
  const entry = (await readZip(file)).get("a/data.pkl")!;
  await expect(locate(file, entry)).rejects.toThrow(
    '"a/data.pkl" is not at byte 1, where the ZIP directory says it is',
  );
});
