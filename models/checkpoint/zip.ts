/**
 * Reads ZIP archives whose entries are not compressed, as written by PyTorch. Format: PKWARE's APPNOTE.TXT, 4.3 (records)
 * and 4.5.3 (zip64, for sizes above 4 GB).
 */
import type { CheckpointFile } from "./files.ts";
import { damagedPytorch, unsupportedPytorch } from "./pytorch-errors.ts";
import { quoteName } from "../quote.ts";

/** A file in an archive. */
export interface ZipEntry {
  readonly name: string;
  readonly bytes: number;
  /** Byte offset of its local header, which its contents follow. */
  readonly header: number;
}

const [END, END64, LOCATOR64, CENTRAL, LOCAL] = [0x06054b50, 0x06064b50, 0x07064b50, 0x02014b50, 0x04034b50];
const [END_BYTES, END64_BYTES, LOCATOR64_BYTES, CENTRAL_BYTES, LOCAL_BYTES] = [22, 56, 20, 46, 30];

/** Placeholder of a size or offset that is in the zip64 field. */
const ELSEWHERE = 0xffffffff;

/** Id of the field with an entry's sizes and offset in 64 bits. */
const ZIP64_FIELD = 1;

const UTF8 = new TextDecoder();

/** Enough for about forty thousand entries. */
const MOST_DIRECTORY_BYTES = 2 ** 22;

/** Reads the entries of an archive, by name. @throws CheckpointError for a damaged, compressed or encrypted archive. */
export async function readZip(file: CheckpointFile): Promise<Map<string, ZipEntry>> {
  const { begin, end } = await findDirectory(file);
  const directory = await file.read(begin, end);
  const view = viewOf(directory);
  const entries = new Map<string, ZipEntry>();
  let at = 0;
  while (at < directory.length) {
    if (at + CENTRAL_BYTES > directory.length || view.getUint32(at, true) !== CENTRAL) {
      throw damagedPytorch(`the ZIP directory has no entry at byte ${begin + at}`);
    }
    const nameEnd = at + CENTRAL_BYTES + view.getUint16(at + 28, true);
    const fieldsEnd = nameEnd + view.getUint16(at + 30, true);
    if (fieldsEnd > directory.length) throw damagedPytorch("the last entry of the ZIP directory is cut off");
    const name = UTF8.decode(directory.subarray(at + CENTRAL_BYTES, nameEnd));
    const isEncrypted = (view.getUint16(at + 8, true) & 1) === 1;
    if (isEncrypted || view.getUint16(at + 10, true) !== 0) {
      const hint = "save the model again with torch.save, which does not compress";
      throw unsupportedPytorch(`${quoteName(name)} is compressed or encrypted`, hint);
    }
    if (entries.has(name)) throw damagedPytorch(`${quoteName(name)} is in the archive twice`);
    const wide = zip64Values(view, nameEnd, fieldsEnd);
    const value = (offset: number): number => {
      const narrow = view.getUint32(at + offset, true);
      return narrow === ELSEWHERE ? (wide.shift() ?? -1) : narrow;
    };
    const [bytes, compressed, header] = [value(24), value(20), value(42)]; // in the order of the zip64 field
    if (bytes !== compressed || bytes < 0 || header < 0 || header + LOCAL_BYTES + bytes > begin) {
      throw damagedPytorch(
        `${quoteName(name)} has ${bytes} bytes at ${header}, with ${begin} bytes of contents`,
      );
    }
    entries.set(name, { name, bytes, header });
    at = fieldsEnd + view.getUint16(at + 32, true);
  }
  return entries;
}

/** The byte range of an entry's contents in the file. @throws CheckpointError when its header is not at its offset. */
export async function locate(
  file: CheckpointFile,
  { name, bytes, header }: ZipEntry,
): Promise<{ readonly begin: number; readonly end: number }> {
  const view = viewOf(await file.read(header, header + LOCAL_BYTES));
  const begin = header + LOCAL_BYTES + view.getUint16(26, true) + view.getUint16(28, true);
  if (view.getUint32(0, true) !== LOCAL || begin + bytes > file.bytes) {
    throw damagedPytorch(`${quoteName(name)} is not at byte ${header}, where the ZIP directory says it is`);
  }
  return { begin, end: begin + bytes };
}

/** The directory precedes the end record, which is the last of the file except for a comment. */
async function findDirectory(file: CheckpointFile): Promise<{ begin: number; end: number }> {
  const tailBegin = Math.max(0, file.bytes - END_BYTES - 0xffff - LOCATOR64_BYTES);
  const view = viewOf(await file.read(tailBegin, file.bytes));
  let at = view.byteLength - END_BYTES;
  while (at >= 0 && !isEnd(view, at)) at -= 1;
  if (at < 0) throw await noArchive(file);
  let [size, begin] = [view.getUint32(at + 12, true), view.getUint32(at + 16, true)];
  let end = tailBegin + at;
  const locator = at - LOCATOR64_BYTES;
  if (locator >= 0 && view.getUint32(locator, true) === LOCATOR64) {
    end = Number(view.getBigUint64(locator + 8, true));
    if (end + END64_BYTES > tailBegin + locator) throw damagedPytorch("the zip64 record is not in the file");
    const record = viewOf(await file.read(end, end + END64_BYTES));
    if (record.getUint32(0, true) !== END64) throw damagedPytorch(`there is no zip64 record at byte ${end}`);
    [size, begin] = [Number(record.getBigUint64(40, true)), Number(record.getBigUint64(48, true))];
  }
  if (begin + size > end || size > MOST_DIRECTORY_BYTES) {
    throw damagedPytorch(`the ZIP directory of ${size} bytes at byte ${begin} exceeds the file or the limit`);
  }
  return { begin, end: begin + size };
}

function isEnd(view: DataView, at: number): boolean {
  return (
    view.getUint32(at, true) === END && at + END_BYTES + view.getUint16(at + 20, true) === view.byteLength
  );
}

/** Files of PyTorch before 1.6 begin with this pickled magic number. */
const OLD_MAGIC = [0x80, 0x02, 0x8a, 0x0a, 0x6c, 0xfc, 0x9c, 0x46, 0xf9];

async function noArchive(file: CheckpointFile): Promise<Error> {
  const start = await file.read(0, Math.min(OLD_MAGIC.length, file.bytes));
  if (start.length === OLD_MAGIC.length && OLD_MAGIC.every((byte, i) => start[i] === byte)) {
    return unsupportedPytorch(
      "the file is in the format of PyTorch before 1.6",
      "load it with a newer PyTorch and save it again, or use a model.safetensors",
    );
  }
  return damagedPytorch("the file is not a ZIP archive, or its end is missing");
}

/** The values of an entry's zip64 field: of size, compressed size and offset, those that are `ELSEWHERE`, in this order. */
function zip64Values(view: DataView, begin: number, end: number): number[] {
  for (let at = begin; at + 4 <= end;) {
    const length = view.getUint16(at + 2, true);
    if (view.getUint16(at, true) === ZIP64_FIELD) {
      const count = Math.min(3, Math.floor(Math.min(length, end - at - 4) / 8));
      return Array.from({ length: count }, (_, i) => Number(view.getBigUint64(at + 4 + 8 * i, true)));
    }
    at += 4 + length;
  }
  return [];
}

function viewOf({ buffer, byteOffset, length }: Uint8Array): DataView {
  return new DataView(buffer, byteOffset, length);
}
