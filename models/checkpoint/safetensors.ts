/**
 * The safetensors format: eight bytes with the header's length (little-endian), the header (JSON: name → dtype, shape,
 * data_offsets), then the data. Format: huggingface/safetensors, README "Format". Files may be damaged or hostile, so every
 * value is checked.
 */
import { CheckpointError } from "../errors.ts";
import { quoteValue, quoteName, quoteShape } from "../quote.ts";
import { refuseMetadata } from "./other-models.ts";

/** A tensor in a file. */
export interface StoredTensor {
  readonly name: string;
  /** The dtype, such as "F32"; possibly one that is not supported for weights. */
  readonly dtype: string;
  readonly shape: readonly number[];
  /** Byte range in the file; `end` is exclusive. */
  readonly begin: number;
  readonly end: number;
}

/** The header entry of a tensor to write. */
export interface TensorEntry {
  readonly name: string;
  readonly dtype: string;
  readonly shape: readonly number[];
}

/** A tensor to write. */
export interface TensorBytes extends TensorEntry {
  readonly bytes: Uint8Array;
}

/** Bytes before the header. */
export const LENGTH_BYTES = 8;

/** The format's own limit. */
const MAX_HEADER_BYTES = 100_000_000;

const BYTES_OF: ReadonlyMap<string, number> = new Map([
  ["BOOL", 1],
  ["U8", 1],
  ["I8", 1],
  ["F8_E4M3", 1],
  ["F8_E5M2", 1],
  ["U16", 2],
  ["I16", 2],
  ["F16", 2],
  ["BF16", 2],
  ["U32", 4],
  ["I32", 4],
  ["F32", 4],
  ["U64", 8],
  ["I64", 8],
  ["F64", 8],
]);

/**
 * The length of the header in bytes.
 *
 * @param start at least the first eight bytes of the file.
 * @param fileBytes the size of the file in bytes.
 * @throws CheckpointError when the length is missing, or too large for the file.
 */
export function headerBytes(start: Uint8Array, fileBytes: number): number {
  if (fileBytes < LENGTH_BYTES || start.length < LENGTH_BYTES) {
    throw damaged(`the file has ${fileBytes} bytes, too few for a header length`);
  }
  const length = Number(new DataView(start.buffer, start.byteOffset).getBigUint64(0, true));
  if (length > MAX_HEADER_BYTES || length > fileBytes - LENGTH_BYTES) {
    throw damaged(`the header length is ${length} bytes, in a file of ${fileBytes} bytes`);
  }
  return length;
}

/**
 * The tensors of a header, in the order of their data. They must cover the data exactly.
 *
 * @param header the bytes of the header, without the eight bytes of its length.
 * @param fileBytes the size of the file in bytes.
 * @throws CheckpointError for a damaged header, and for that of MIDI-GPT.
 */
export function parseHeader(header: Uint8Array, fileBytes: number): StoredTensor[] {
  const dataBegin = LENGTH_BYTES + header.length;
  const text = decodeHeader(header);
  const entries = parseObject(text);
  refuseMetadata(entries.find(([name]) => name === "__metadata__")?.[1]);
  const tensors = entries
    .filter(([name]) => name !== "__metadata__")
    .map(([name, entry]) => parseEntry(name, entry, dataBegin, fileBytes));
  checkDuplicates(text);
  tensors.sort((a, b) => a.begin - b.begin || a.end - b.end);
  let at = dataBegin;
  for (const { name, begin, end } of tensors) {
    if (begin < at) throw damaged(`tensor ${quoteName(name)} overlaps the one before it, at byte ${begin}`);
    if (begin > at) throw damaged(`no tensor covers bytes ${at} to ${begin}, before ${quoteName(name)}`);
    at = end;
  }
  if (at !== fileBytes) throw damaged(`no tensor covers bytes ${at} to ${fileBytes}, at the end of the file`);
  return tensors;
}

/** The tensors of a file in memory; `begin` and `end` index `file`. @throws CheckpointError for a damaged header. */
export function readSafetensors(file: Uint8Array): StoredTensor[] {
  const length = headerBytes(file, file.length);
  return parseHeader(file.subarray(LENGTH_BYTES, LENGTH_BYTES + length), file.length);
}

/** The header of a file with these tensors, with its length before it. */
export function writeHeader(tensors: readonly TensorEntry[]): Uint8Array {
  let end = 0;
  const entries = tensors.map(({ name, dtype, shape }) => {
    const begin = end;
    end += shape.reduce((product, size) => product * size, BYTES_OF.get(dtype) ?? NaN);
    return [name, { dtype, shape, data_offsets: [begin, end] }] as const;
  });
  const json = new TextEncoder().encode(JSON.stringify(Object.fromEntries(entries)));
  // The data begins at a multiple of eight, as the format advises.
  const start = new Uint8Array(LENGTH_BYTES + Math.ceil(json.length / 8) * 8).fill(0x20);
  new DataView(start.buffer).setBigUint64(0, BigInt(start.length - LENGTH_BYTES), true);
  start.set(json, LENGTH_BYTES);
  return start;
}

/** A file with these tensors, in this order. */
export function writeSafetensors(tensors: readonly TensorBytes[]): Uint8Array {
  const start = writeHeader(tensors);
  const file = new Uint8Array(tensors.reduce((sum, { bytes }) => sum + bytes.length, start.length));
  file.set(start);
  let at = start.length;
  for (const { bytes } of tensors) {
    file.set(bytes, at);
    at += bytes.length;
  }
  return file;
}

function decodeHeader(header: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(header);
  } catch (cause) {
    throw damaged("the header is not UTF-8", cause);
  }
}

function parseObject(text: string): [string, unknown][] {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (cause) {
    throw damaged(`the header is not JSON: it begins with ${quoteValue(text.slice(0, 20))}`, cause);
  }
  if (!isObject(parsed)) throw damaged("the header is not a JSON object");
  return Object.entries(parsed);
}

function parseEntry(name: string, entry: unknown, dataBegin: number, fileBytes: number): StoredTensor {
  const where = `tensor ${quoteName(name)}`;
  if (!isObject(entry)) throw damaged(`${where} is not described by an object`);
  const { dtype, shape, data_offsets: offsets } = entry;
  const bytesEach = typeof dtype === "string" ? BYTES_OF.get(dtype) : undefined;
  if (typeof dtype !== "string" || bytesEach === undefined) {
    throw damaged(`${where} has dtype ${quoteValue(dtype)}, which is not in the format`);
  }
  if (!isSizes(shape)) throw damaged(`${where} has shape ${quoteValue(shape)}`);
  if (!isSizes(offsets)) throw damaged(`${where} has data_offsets ${quoteValue(offsets)}`);
  const [from = -1, to = -1] = offsets;
  if (offsets.length !== 2 || from > to || to > fileBytes - dataBegin) {
    throw damaged(
      `${where} has data_offsets ${quoteShape(offsets)}, with ${fileBytes - dataBegin} bytes of data`,
    );
  }
  const bytes = shape.reduce((product, size) => product * size, bytesEach);
  if (bytes !== to - from) {
    throw damaged(`${where}, ${dtype} ${quoteShape(shape)}, takes ${bytes} bytes, but has ${to - from}`);
  }
  return { name, dtype, shape, begin: dataBegin + from, end: dataBegin + to };
}

/**
 * Rejects repeated keys, of which `JSON.parse` returns the last.
 *
 * @param text a valid JSON object.
 */
function checkDuplicates(text: string): void {
  const seen = new Set<string>();
  let depth = 0;
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at];
    if (character === "{" || character === "[") depth += 1;
    else if (character === "}" || character === "]") depth -= 1;
    else if (character === '"') {
      const begin = at;
      at = stringEnd(text, begin);
      if (depth !== 1 || !isKey(text, at)) continue;
      const name = String(JSON.parse(text.slice(begin, at + 1)));
      if (seen.has(name)) throw damaged(`tensor ${quoteName(name)} is described twice`);
      seen.add(name);
    }
  }
}

/** The index of the closing quote of the string that begins at `begin`. */
function stringEnd(text: string, begin: number): number {
  let at = begin + 1;
  while (text[at] !== '"' && at < text.length) at += text[at] === "\\" ? 2 : 1;
  return at;
}

/** Whether a colon follows the string that ends at `end`. */
function isKey(text: string, end: number): boolean {
  let at = end + 1;
  while (/\s/.test(text[at] ?? "")) at += 1;
  return text[at] === ":";
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isSizes(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((size) => Number.isSafeInteger(size) && size >= 0);
}

function damaged(found: string, cause?: unknown): CheckpointError {
  return new CheckpointError(`safetensors: ${found}`, {
    code: "bad-safetensors",
    hint: "the file is cut off or damaged; download or export it again",
    cause,
  });
}
