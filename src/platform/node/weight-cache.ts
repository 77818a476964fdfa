/**
 * Cache of quantized weights on disk. An entry is a safetensors file with the weights in the layout of the graph, which
 * ONNX Runtime maps into memory, and a checksum of each tensor. Its name is a hash of the checkpoint, the scheme and the
 * version of the layout, so an entry is never outdated and may be deleted at any time.
 */
import { createHash, randomUUID } from "node:crypto";
import { type FileHandle, mkdir, open, readdir, realpath, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import {
  decoderGraph,
  graphData,
  type OpenCheckpoint,
  type QuantizationScheme,
  writeHeader,
} from "../../../models/index.ts";
import type { WeightsInFiles } from "../../engine/index.ts";

/** To be increased when the same checkpoint and scheme give other bytes than before. */
const VERSION = 2;

const DTYPES = { float32: "F32", int8: "I8", uint8: "U8" } as const;

/** Name of the entry's last tensor: the checksums of the others, in their order. */
const CHECKSUMS = "crc32";

/** Bytes hashed at a time. */
const PART = 2 ** 24;

/** A partial file older than this was left by a dead process. */
const STALE_MILLISECONDS = 24 * 60 * 60 * 1000;

/**
 * Returns the weights of a checkpoint in the layout of the graph, from the cache. A missing or damaged entry is written
 * first. Several processes may do so at once: each writes its own file, and the last one is kept.
 *
 * @returns undefined when the folder cannot be read or written.
 * @throws CheckpointError when the checkpoint is damaged.
 */
export async function cachedWeights(
  checkpoint: OpenCheckpoint,
  scheme: QuantizationScheme,
  cache: string,
): Promise<WeightsInFiles | undefined> {
  try {
    const wanted = join(cache, "weights");
    await mkdir(wanted, { recursive: true });
    const folder = await realpath(wanted);
    const file = `${await contentHash(checkpoint)}-${scheme.name}-${VERSION}.safetensors`;
    const layout = entryLayout(checkpoint, scheme);
    if (!(await isIntact(join(folder, file), layout)))
      await writeEntry(folder, file, layout, checkpoint, scheme);
    const located = new Map([...layout.places].map(([name, { begin }]) => [name, { file, offset: begin }]));
    return { path: folder, located };
  } catch (error) {
    if (error instanceof Error && "syscall" in error) return undefined;
    throw error;
  }
}

/** Hash of the config and of all weight files. */
async function contentHash({ config, stored }: OpenCheckpoint): Promise<string> {
  const hash = createHash("sha256").update(JSON.stringify(config));
  for (const file of new Set([...stored.values()].map((weight) => weight.file))) {
    for (let at = 0; at < file.bytes; at += PART) {
      hash.update(await file.read(at, Math.min(file.bytes, at + PART)));
    }
  }
  return hash.digest("hex");
}

/** The layout of an entry, computed before its values. */
interface EntryLayout {
  readonly header: Uint8Array;
  /** By the names of the graph's tensors, in the order of the file. */
  readonly places: ReadonlyMap<string, { readonly begin: number; readonly end: number }>;
  /** End of the data, where the checksums start. */
  readonly end: number;
}

function entryLayout({ config }: OpenCheckpoint, scheme: QuantizationScheme): EntryLayout {
  const sizes = new Map<string, { dtype: string; shape: number[]; bytes: number }>();
  for (const { data, type, shape } of decoderGraph(config, { scheme }).weights) {
    const size = shape.reduce((product, length) => product * length, 1);
    sizes.set(data, { dtype: DTYPES[type], shape: [size], bytes: type === "float32" ? 4 * size : size });
  }
  const header = writeHeader([
    ...[...sizes].map(([name, { dtype, shape }]) => ({ name, dtype, shape })),
    { name: CHECKSUMS, dtype: "U32", shape: [sizes.size] },
  ]);
  const places = new Map<string, { begin: number; end: number }>();
  let end = header.length;
  for (const [name, { bytes }] of sizes) {
    places.set(name, { begin: end, end: end + bytes });
    end += bytes;
  }
  return { header, places, end };
}

/** Whether an entry exists, has the expected header and correct checksums. */
async function isIntact(path: string, { header, places, end }: EntryLayout): Promise<boolean> {
  const file = await open(path).catch(() => undefined);
  if (!file) return false;
  try {
    const { size } = await file.stat();
    if (size !== end + 4 * places.size) return false;
    if (Buffer.compare(await readBytes(file, 0, header.length), header) !== 0) return false;
    const checksums = await readBytes(file, end, size);
    for (const [i, { begin, end: tensorEnd }] of [...places.values()].entries()) {
      let checksum = 0;
      for (let at = begin; at < tensorEnd; at += PART) {
        checksum = crc32(await readBytes(file, at, Math.min(tensorEnd, at + PART)), checksum);
      }
      if (checksum !== checksums.readUInt32LE(4 * i)) return false;
    }
    return true;
  } finally {
    await file.close();
  }
}

/** Writes the weights one tensor at a time to a temporary file and renames it. */
async function writeEntry(
  folder: string,
  name: string,
  { header, places, end }: EntryLayout,
  checkpoint: OpenCheckpoint,
  scheme: QuantizationScheme,
): Promise<void> {
  await removeStale(folder);
  const temporary = join(folder, `${name}.${randomUUID()}.partial`);
  try {
    const file = await open(temporary, "wx");
    try {
      await writeBytes(file, header, 0);
      const checksums = new Map<string, number>();
      for await (const [data, values] of graphData(checkpoint.config, checkpoint.tensors(), scheme)) {
        const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
        const place = places.get(data);
        if (place?.end !== (place?.begin ?? 0) + bytes.length)
          throw new TypeError(`the graph has no data "${data}" of this size`);
        await writeBytes(file, bytes, place.begin);
        checksums.set(data, crc32(bytes));
      }
      const inOrder = Uint32Array.from(places.keys(), (data) => checksums.get(data) ?? 0);
      await writeBytes(file, new Uint8Array(inOrder.buffer), end);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, join(folder, name));
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

/** Deletes the temporary files of dead processes. */
async function removeStale(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    if (!name.endsWith(".partial")) continue;
    const path = join(folder, name);
    const found = await stat(path).catch(() => undefined);
    if (found && Date.now() - found.mtimeMs > STALE_MILLISECONDS) await rm(path, { force: true });
  }
}

async function readBytes(file: FileHandle, begin: number, end: number): Promise<Buffer> {
  const bytes = Buffer.alloc(end - begin);
  for (let at = 0; at < bytes.length;) {
    const { bytesRead } = await file.read(bytes, at, bytes.length - at, begin + at);
    if (bytesRead === 0) return bytes.subarray(0, at);
    at += bytesRead;
  }
  return bytes;
}

async function writeBytes(file: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  for (let at = 0; at < bytes.length;) {
    const { bytesWritten } = await file.write(bytes, at, Math.min(2 ** 30, bytes.length - at), position + at);
    at += bytesWritten;
  }
}
