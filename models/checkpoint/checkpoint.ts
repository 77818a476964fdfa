/**
 * Reads a checkpoint: `config.json` and `model.safetensors` or `pytorch_model.bin` (or shards), of Ostinato or a Hugging Face
 * GPT-2, from any source of files (a folder, a server, memory). Tensors are read one by one, so a file may be larger than the
 * largest array and than the free memory.
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

/** A checkpoint in memory. */
export interface Checkpoint {
  readonly config: DecoderConfig;
  /** In float32, by the names of `tensorShapes`. */
  readonly tensors: Map<string, Tensor>;
}

/**
 * Reads a checkpoint, and checks that every tensor of the config exists, has its shape and is finite.
 *
 * @throws CheckpointError that names the file, key or tensor.
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

/** An open checkpoint, whose tensors are read on request. */
export interface OpenCheckpoint {
  readonly config: DecoderConfig;
  /** File and byte range of the tensors, by the names of `tensorShapes`; possibly of further tensors. */
  readonly stored: ReadonlyMap<string, StoredWeight>;
  /**
   * Reads and checks the tensors one after the other; only those that the caller stores stay in memory.
   *
   * @throws CheckpointError as `readCheckpoint`.
   */
  tensors(): AsyncGenerator<[name: string, Tensor], void>;
  /** Checks the tensors as `tensors` does, and returns none; only a part of a tensor is in memory at a time. */
  check(): Promise<void>;
  /** Closes the files; no tensor can be read afterwards. */
  close(): Promise<void>;
}

/**
 * Opens a checkpoint, and checks that every tensor of the config exists and has its shape; values are not read.
 *
 * @throws CheckpointError that names the file, key or tensor.
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

/** Reads the config only. @throws CheckpointError as `parseConfig`, and when config.json is missing or not JSON. */
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

/** The tensors of the config. @throws CheckpointError for any other tensor, except a copy of a tied head. */
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
  // Half precision is expanded in parts, so that a whole tensor is never in memory in both precisions.
  if (stored.dtype === "F32" || stored.int8 || size <= PART) {
    return { shape: stored.shape, values: await readValues(stored, 0, size) };
  }
  const values = allocate(stored, size);
  for (let at = 0; at < size; at += PART) {
    values.set(await readValues(stored, at, Math.min(size, at + PART)), at);
  }
  return { shape: stored.shape, values };
}

/** Values that are checked, expanded or compared at once. */
const PART = 2 ** 20;

/** Checks that the values of a tensor are finite. */
async function checkValues(stored: StoredWeight): Promise<void> {
  const size = sizeOf(stored);
  for (let at = 0; at < size; at += PART) await readValues(stored, at, Math.min(size, at + PART));
}

/** Values `from` to `to` − 1 of a tensor. @throws CheckpointError for values that are not finite, or if memory runs out. */
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
    hint: "the training diverged, or the file is damaged; use an earlier checkpoint",
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
  const hint = "close other programs, or use a smaller model";
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

/** @throws CheckpointError unless the tensor is a copy of a tied head. */
async function checkExtra(
  config: DecoderConfig,
  name: string,
  stored: StoredWeight,
  embedding: StoredWeight | undefined,
): Promise<void> {
  if (name !== "lm_head.weight" || !config.tiedHead) {
    throw new CheckpointError(`${stored.fileName}: unknown tensor ${quoteName(stored.name)}`, {
      code: "unknown-tensor",
      hint: "config.json does not describe this part of the model; export the checkpoint again with its own config.json",
    });
  }
  checkShape(name, stored.shape, [config.vocabularySize, config.width]);
  if (embedding && (await areEqual(stored, embedding))) return;
  throw new CheckpointError(`${stored.fileName}: "lm_head.weight" differs from "wte.weight"`, {
    code: "unknown-tensor",
    hint: 'config.json says that the head is tied; set "tie_word_embeddings": false',
  });
}

/** Whether two tensors of equal shape have equal values. */
async function areEqual(one: StoredWeight, other: StoredWeight): Promise<boolean> {
  const size = sizeOf(one);
  for (let at = 0; at < size; at += PART) {
    const end = Math.min(size, at + PART);
    const [values, others] = [await readValues(one, at, end), await readValues(other, at, end)];
    if (values.some((value, i) => value !== others[i])) return false;
  }
  return true;
}
