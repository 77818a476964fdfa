/**
 * A checkpoint: `config.json` and `model.safetensors` (or its shards), Ostinato's or a Hugging Face GPT-2's, from wherever they are
 * (a folder, a server, memory). Tensors are read one by one, so a file may be larger than the largest array.
 */
import { type DecoderConfig, parseConfig } from "./config.ts";
import { CheckpointError } from "./errors.ts";
import { isOutOfMemory } from "./memory.ts";
import { isPrecision, STORED_PRECISIONS, type StoredPrecision } from "./precision.ts";
import { shownName } from "./shown.ts";
import { checkShape, type Tensor, tensorShapes } from "./tensors.ts";
import { openWeights, type StoredWeight } from "./weight-files.ts";

/** Where a checkpoint's files come from. */
export interface CheckpointFiles {
  /** @throws CheckpointError with code "missing-file" when there is none of that name. */
  open(name: string): Promise<CheckpointFile>;
}

export interface CheckpointFile {
  readonly bytes: number;
  /** Bytes `begin` up to `end`, which may be a view. */
  read(begin: number, end: number): Promise<Uint8Array>;
  close(): Promise<void>;
}

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
  const config = await readConfig(files);
  const stored = await openWeights(files);
  try {
    return { config, tensors: await readTensors(stored.weights, config) };
  } finally {
    await stored.close();
  }
}

/** The config alone, without reading the tensors. */
export async function readConfig(files: CheckpointFiles): Promise<DecoderConfig> {
  const file = await files.open("config.json");
  const text = new TextDecoder().decode(await file.read(0, file.bytes));
  await file.close();
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    const hint = "the file is cut off or damaged; download or export it again";
    throw new CheckpointError("config.json is not JSON", { code: "bad-config", hint, cause });
  }
  return parseConfig(json);
}

/** A checkpoint whose files are in memory. */
export function checkpointInMemory(files: ReadonlyMap<string, Uint8Array>): CheckpointFiles {
  return {
    open: async (name) => {
      const bytes = files.get(name);
      if (!bytes) {
        const hint = `there are ${[...files.keys()].join(", ") || "no files"}`;
        throw new CheckpointError(`${name} is missing`, { code: "missing-file", hint });
      }
      return {
        bytes: bytes.length,
        read: async (begin, end) => bytes.subarray(begin, end),
        close: async () => {},
      };
    },
  };
}

async function readTensors(
  stored: ReadonlyMap<string, StoredWeight>,
  config: DecoderConfig,
): Promise<Map<string, Tensor>> {
  const wanted = tensorShapes(config);
  for (const [name, shape] of wanted) {
    const found = stored.get(name);
    if (!found) {
      const hint = "the checkpoint is incomplete, or config.json is another model's";
      throw new CheckpointError(`tensor "${name}" is missing`, { code: "missing-tensor", hint });
    }
    checkShape(name, found.shape, shape);
  }
  const tensors = new Map<string, Tensor>();
  for (const [name, found] of stored) {
    if (wanted.has(name)) tensors.set(name, await readTensor(found));
  }
  for (const [name, found] of stored) {
    if (!wanted.has(name)) await checkExtra(config, tensors, name, found);
  }
  return tensors;
}

async function readTensor(stored: StoredWeight): Promise<Tensor> {
  const { name, dtype, shape, fileName } = stored;
  if (!isPrecision(dtype)) {
    throw new CheckpointError(`${fileName}: tensor "${name}" is stored as ${dtype}`, {
      code: "unsupported",
      hint: `${Object.keys(STORED_PRECISIONS).join(", ")} can be read; convert the checkpoint`,
    });
  }
  const values = await readValues(stored, STORED_PRECISIONS[dtype]);
  const bad = firstNotFinite(values);
  if (bad !== undefined) {
    throw new CheckpointError(`${fileName}: tensor "${name}" holds ${values[bad]} at index ${bad}`, {
      code: "bad-value",
      hint: "the training that made it diverged, or the file is damaged; take an earlier checkpoint",
    });
  }
  return { shape, values };
}

async function readValues(
  { name, dtype, begin, end, file, fileName }: StoredWeight,
  precision: StoredPrecision,
): Promise<Float32Array> {
  try {
    return precision.expand(await file.read(begin, end));
  } catch (cause) {
    if (!isOutOfMemory(cause)) throw cause;
    const found = `${fileName}: no memory for tensor "${name}", ${end - begin} bytes of ${dtype}`;
    const hint = "close other programs, or take a smaller model";
    throw new CheckpointError(found, { code: "out-of-memory", hint, cause });
  }
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
  tensors: ReadonlyMap<string, Tensor>,
  name: string,
  stored: StoredWeight,
): Promise<void> {
  if (name !== "lm_head.weight" || !config.tiedHead) {
    throw new CheckpointError(`${stored.fileName}: unknown tensor ${shownName(stored.name)}`, {
      code: "unknown-tensor",
      hint: "the model computes something that config.json does not describe",
    });
  }
  checkShape(name, stored.shape, [config.vocabularySize, config.width]);
  const head = await readTensor(stored);
  const embedding = tensors.get("wte.weight");
  if (!embedding || head.values.some((value, i) => value !== embedding.values[i])) {
    throw new CheckpointError(`${stored.fileName}: "lm_head.weight" differs from "wte.weight"`, {
      code: "unknown-tensor",
      hint: 'config.json says that the head is tied; set "tie_word_embeddings": false',
    });
  }
}
