/**
 * A checkpoint: `config.json` and `model.safetensors` or `pytorch_model.bin` (or shards), Ostinato's or a Hugging Face GPT-2's,
 * from wherever they are (a folder, a server, memory). Tensors are read one by one, so a file may be larger than the largest array, and than the
 * memory that is left.
 */
import { type DecoderConfig, parseConfig } from "./config.ts";
import { CheckpointError } from "../errors.ts";
import { isOutOfMemory } from "../memory.ts";
import { type CheckpointFiles, readWhole } from "./files.ts";
import { isPrecision, STORED_PRECISIONS } from "./precision.ts";
import { quoteName } from "../quote.ts";
import { expandInt8, parseInt8Storage, withScales } from "./stored-int8.ts";
import { checkShape, type Tensor, tensorShapes } from "./tensors.ts";
import { openWeights, type StoredWeight } from "./weight-files.ts";

/** A checkpoint in memory: all it takes to load a decoder. */
export interface Checkpoint {
  readonly config: DecoderConfig;
  /** In float32, by the names of `tensorShapes`. */
  readonly tensors: Map<string, Tensor>;
}

/**
 * Reads and checks a checkpoint: every tensor that the config asks for is there, has its shape and is finite.
 *
 * @throws CheckpointError saying which file, key or tensor is at fault.
 */
export async function readCheckpoint(files: CheckpointFiles): Promise<Checkpoint> {
  const checkpoint = await openCheckpoint(files);
  try {
    const tensors = new Map<string, Tensor>();
    for await (const [name, tensor] of checkpoint.tensors()) tensors.set(name, tensor);
    return { config: checkpoint.config, tensors };
  } finally {
    await checkpoint.close();
  }
}

/** A checkpoint whose tensors are still in its files. */
export interface OpenCheckpoint {
  readonly config: DecoderConfig;
  /** Where the tensors are, by the names of `tensorShapes`; there may be more than those. */
  readonly stored: ReadonlyMap<string, StoredWeight>;
  /**
   * Reads and checks every tensor, one after the other, so that only those are in memory that the caller keeps.
   *
   * @throws CheckpointError as `readCheckpoint`.
   */
  tensors(): AsyncGenerator<[name: string, Tensor], void>;
  /** As `tensors`, but gives none: what is read is only a part of a tensor at a time. */
  check(): Promise<void>;
  /** Closes the files, whose tensors must have been read by then. */
  close(): Promise<void>;
}

/**
 * Opens a checkpoint: every tensor that the config asks for is there and has its shape; values are not read yet.
 *
 * @throws CheckpointError saying which file, key or tensor is at fault.
 */
export async function openCheckpoint(files: CheckpointFiles): Promise<OpenCheckpoint> {
  const json = await readJson(files);
  const config = parseConfig(json);
  const storage = parseInt8Storage(json);
  const { weights: stored, close } = await openWeights(files);
  let weights: ReadonlyMap<string, StoredWeight>;
  try {
    weights = withScales(stored, storage);
    checkStored(weights, config);
  } catch (error) {
    await close();
    throw error;
  }
  return {
    config,
    stored: weights,
    tensors: () => readTensors(weights, config),
    check: async () => {
      for (const [, found] of await checkedExtras(weights, config)) await checkValues(found);
    },
    close,
  };
}

/** The config alone, without reading the tensors. */
export async function readConfig(files: CheckpointFiles): Promise<DecoderConfig> {
  return parseConfig(await readJson(files));
}

async function readJson(files: CheckpointFiles): Promise<unknown> {
  const text = new TextDecoder().decode(await readWhole(files, "config.json"));
  try {
    return JSON.parse(text);
  } catch (cause) {
    const hint = "the file is cut off or damaged; download or export it again";
    throw new CheckpointError("config.json is not JSON", { code: "bad-config", hint, cause });
  }
}

function checkStored(stored: ReadonlyMap<string, StoredWeight>, config: DecoderConfig): void {
  for (const [name, shape] of tensorShapes(config)) {
    const found = stored.get(name);
    if (!found) {
      const hint = "the checkpoint is incomplete, or config.json is another model's";
      throw new CheckpointError(`tensor "${name}" is missing`, { code: "missing-tensor", hint });
    }
    checkShape(name, found.shape, shape);
  }
}

async function* readTensors(
  stored: ReadonlyMap<string, StoredWeight>,
  config: DecoderConfig,
): AsyncGenerator<[name: string, Tensor], void> {
  for (const [name, found] of await checkedExtras(stored, config)) yield [name, await readTensor(found)];
}

/** Those that the config asks for; the others have been found to be harmless. */
async function checkedExtras(
  stored: ReadonlyMap<string, StoredWeight>,
  config: DecoderConfig,
): Promise<[name: string, StoredWeight][]> {
  const wanted = tensorShapes(config);
  for (const [name, found] of stored) {
    if (!wanted.has(name)) await checkExtra(config, name, found, stored.get("wte.weight"));
  }
  return [...stored].filter(([name]) => wanted.has(name));
}

async function readTensor(stored: StoredWeight): Promise<Tensor> {
  const size = sizeOf(stored);
  // What is stored in less than float32 is expanded in parts, so that the whole is never there in both forms.
  if (stored.dtype === "F32" || stored.int8 || size <= PART) {
    return { shape: stored.shape, values: await readValues(stored, 0, size) };
  }
  const values = allocate(stored, size);
  for (let at = 0; at < size; at += PART) {
    values.set(await readValues(stored, at, Math.min(size, at + PART)), at);
  }
  return { shape: stored.shape, values };
}

/** Values are checked, expanded and compared in parts of so many. */
const PART = 2 ** 20;

/** Reads a tensor only to see that its values are finite. */
async function checkValues(stored: StoredWeight): Promise<void> {
  const size = sizeOf(stored);
  for (let at = 0; at < size; at += PART) await readValues(stored, at, Math.min(size, at + PART));
}

/** Values `from` up to `to` of a tensor. */
async function readValues(stored: StoredWeight, from: number, to: number): Promise<Float32Array> {
  const { name, fileName } = stored;
  let values;
  try {
    values = await readExpanded(stored, from, to);
  } catch (cause) {
    throw asCheckpointError(stored, cause);
  }
  const bad = firstNotFinite(values);
  if (bad === undefined) return values;
  throw new CheckpointError(`${fileName}: tensor "${name}" holds ${values[bad]} at index ${from + bad}`, {
    code: "bad-value",
    hint: "the training that made it diverged, or the file is damaged; take an earlier checkpoint",
  });
}

function allocate(stored: StoredWeight, size: number): Float32Array {
  try {
    return new Float32Array(size);
  } catch (cause) {
    throw asCheckpointError(stored, cause);
  }
}

function asCheckpointError({ name, dtype, fileName, begin, end }: StoredWeight, cause: unknown): unknown {
  if (!isOutOfMemory(cause)) return cause;
  const found = `${fileName}: no memory for tensor "${name}", ${end - begin} bytes of ${dtype}`;
  const hint = "close other programs, or take a smaller model";
  return new CheckpointError(found, { code: "out-of-memory", hint, cause });
}

async function readExpanded(stored: StoredWeight, from: number, to: number): Promise<Float32Array> {
  const { name, dtype, shape, begin, file, fileName, int8 } = stored;
  if (isPrecision(dtype)) {
    const { bytes, expand } = STORED_PRECISIONS[dtype];
    return expand(await file.read(begin + from * bytes, begin + to * bytes));
  }
  if (int8) {
    const scales = await readValues(int8.scales, 0, sizeOf(int8.scales));
    const bytes = await file.read(begin + from, begin + to);
    const numbers = new Int8Array(bytes.buffer, bytes.byteOffset, bytes.length);
    return expandInt8(int8.name, shape, numbers, scales, from);
  }
  throw new CheckpointError(`${fileName}: tensor "${name}" is stored as ${dtype}`, {
    code: "unsupported",
    hint: `${Object.keys(STORED_PRECISIONS).join(", ")} can be read; convert the checkpoint`,
  });
}

function sizeOf({ shape }: StoredWeight): number {
  return shape.reduce((product, size) => product * size, 1);
}

function firstNotFinite(values: Float32Array): number | undefined {
  for (let i = 0; i < values.length; i += 1) {
    if (!Number.isFinite(values[i])) return i;
  }
  return undefined;
}

/** A tied head may be stored a second time, if it is the same; nothing else may be there. */
async function checkExtra(
  config: DecoderConfig,
  name: string,
  stored: StoredWeight,
  embedding: StoredWeight | undefined,
): Promise<void> {
  if (name !== "lm_head.weight" || !config.tiedHead) {
    throw new CheckpointError(`${stored.fileName}: unknown tensor ${quoteName(stored.name)}`, {
      code: "unknown-tensor",
      hint: "the model computes something that config.json does not describe",
    });
  }
  checkShape(name, stored.shape, [config.vocabularySize, config.width]);
  if (embedding && (await areEqual(stored, embedding))) return;
  throw new CheckpointError(`${stored.fileName}: "lm_head.weight" differs from "wte.weight"`, {
    code: "unknown-tensor",
    hint: 'config.json says that the head is tied; set "tie_word_embeddings": false',
  });
}

/** Whether two tensors of one shape hold the same values. */
async function areEqual(one: StoredWeight, other: StoredWeight): Promise<boolean> {
  const size = sizeOf(one);
  for (let at = 0; at < size; at += PART) {
    const end = Math.min(size, at + PART);
    const [values, others] = [await readValues(one, at, end), await readValues(other, at, end)];
    if (values.some((value, i) => value !== others[i])) return false;
  }
  return true;
}
