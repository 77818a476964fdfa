/**
 * Reads a checkpoint: `config.json` and `model.safetensors` or `pytorch_model.bin` (or shards), of Ostinato or a Hugging Face
 * GPT-2, from any source of files (a folder, a server, memory). Tensors are read one by one, so a file may be larger than the
 * largest array and than the free memory.
 */
import { type DecoderConfig, parseConfig } from "./config.ts";
import { CheckpointError } from "../errors.ts";
import { type CheckpointFiles, readWhole } from "./files.ts";
import { describeSkipped, isOtherHead, refuseHeads } from "./heads.ts";
import { refuseOtherTensors } from "./other-models.ts";
import { quoteName } from "../quote.ts";
import { parseInt8Storage, withScales } from "./stored-int8.ts";
import { areEqual, checkValues, readTensor } from "./tensor-values.ts";
import { checkShape, type Tensor, tensorShapes } from "./tensors.ts";
import { openWeights, type StoredWeight } from "./weight-files.ts";

/** A checkpoint in memory. */
export interface Checkpoint {
  readonly config: DecoderConfig;
  /** In float32, by the names of `tensorShapes`. */
  readonly tensors: Map<string, Tensor>;
  /** One line about heads of other tasks, which were skipped. */
  readonly warning?: string | undefined;
}

/**
 * Reads a checkpoint, and checks that every tensor of the config exists, has its shape and is finite.
 *
 * @param onConfig called with the config before the weights are read.
 * @throws CheckpointError that names the file, key or tensor.
 */
export async function readCheckpoint(
  files: CheckpointFiles,
  onConfig?: (config: DecoderConfig) => void,
): Promise<Checkpoint> {
  const checkpoint = await openCheckpoint(files, onConfig);
  try {
    const tensors = new Map<string, Tensor>();
    for await (const [name, tensor] of checkpoint.tensors()) tensors.set(name, tensor);
    return { config: checkpoint.config, tensors, warning: checkpoint.warning };
  } finally {
    await checkpoint.close();
  }
}

/** An open checkpoint, whose tensors are read on request. */
export interface OpenCheckpoint {
  readonly config: DecoderConfig;
  /** File and byte range of the tensors, by the names of `tensorShapes`; possibly of further tensors. */
  readonly stored: ReadonlyMap<string, StoredWeight>;
  /** One line about heads of other tasks, which are skipped; undefined without any. */
  readonly warning: string | undefined;
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
 * @param onConfig called with the config before the weights are opened.
 * @throws CheckpointError that names the file, key or tensor.
 */
export async function openCheckpoint(
  files: CheckpointFiles,
  onConfig?: (config: DecoderConfig) => void,
): Promise<OpenCheckpoint> {
  const json = await readJson(files);
  const config = parseConfig(json);
  onConfig?.(config);
  const storage = parseInt8Storage(json);
  const { weights: stored, close } = await openWeights(files);
  let weights: ReadonlyMap<string, StoredWeight>;
  const heads = [...stored.keys()].filter(isOtherHead);
  try {
    refuseHeads(stored.keys());
    weights = withScales(new Map([...stored].filter(([name]) => !isOtherHead(name))), storage);
    checkStored(weights, config);
  } catch (error) {
    await close();
    throw error;
  }
  return {
    config,
    stored: weights,
    warning: describeSkipped(heads),
    tensors: () => readTensors(weights, config),
    check: async () => {
      await checkValues((await checkedExtras(weights, config)).map(([, found]) => found));
    },
    close,
  };
}

/** The tensors of a checkpoint, one after the other; the files are open meanwhile. @throws CheckpointError as `readCheckpoint`. */
export async function* readTensorsOf(files: CheckpointFiles): AsyncGenerator<[name: string, Tensor], void> {
  const checkpoint = await openCheckpoint(files);
  try {
    yield* checkpoint.tensors();
  } finally {
    await checkpoint.close();
  }
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
      refuseOtherTensors(stored.keys());
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
