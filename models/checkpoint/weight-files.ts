/**
 * Locates a checkpoint's tensors: in `model.safetensors` or `pytorch_model.bin`, or in shards, which are listed in an index
 * file (Hugging Face). Headers are read and checked here; values are not.
 */
import { type CheckpointFile, type CheckpointFiles, readIfThere, refusePointer } from "./files.ts";
import { CheckpointError } from "../errors.ts";
import type { PytorchTensor } from "./pytorch.ts";
import type { StoredTensor } from "./safetensors.ts";
import { quoteValue, quoteName } from "../quote.ts";
import { isBuffer, ownName } from "./tensor-names.ts";
import { WEIGHT_FORMATS, type WeightFormat } from "./weight-formats.ts";

/** A tensor, and its file. */
export interface StoredWeight extends StoredTensor {
  /** The file's name, such as "model.safetensors". */
  readonly fileName: string;
  readonly file: CheckpointFile;
  /** See `PytorchTensor`. */
  readonly isStrided?: boolean;
  /** For a matrix stored in int8 (`stored-int8.ts`): its name in `tensorShapes`, and its scales. */
  readonly int8?: { readonly name: string; readonly scales: StoredWeight };
}

/** The open files of a checkpoint. */
export interface WeightFiles {
  /** By name without Hugging Face's prefix `transformer.`, and without GPT-2's buffers. */
  readonly weights: ReadonlyMap<string, StoredWeight>;
  close(): Promise<void>;
}

/**
 * Opens the files and reads their headers.
 *
 * @throws CheckpointError when a file is missing or damaged, when a tensor is stored twice, or when the index and the
 * files disagree.
 */
export async function openWeights(files: CheckpointFiles): Promise<WeightFiles> {
  const opened: CheckpointFile[] = [];
  const close = async (): Promise<void> => {
    for (const file of opened) await file.close();
  };
  try {
    const weights = new Map<string, StoredWeight>();
    const { format, names, first, located } = await listFiles(files);
    if (first) opened.push(first);
    for (const fileName of names) {
      const file = first ?? (await files.open(fileName));
      if (!first) opened.push(file);
      await refusePointer(file, fileName);
      for (const stored of await readHeader(format, file, fileName)) {
        add(weights, { file, ...stored, fileName });
      }
    }
    for (const [name, fileName] of located) checkLocated(weights, name, fileName, format.index);
    return { weights, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/**
 * Looks for Git LFS pointers in place of weights, without reading weights.
 *
 * @throws CheckpointError (`lfs-pointer`).
 */
export async function refuseWeightPointers(files: CheckpointFiles): Promise<void> {
  const { names, first } = await listFiles(files).catch((error: unknown) => {
    if (isMissing(error)) return { names: [], first: undefined };
    throw error;
  });
  for (const fileName of names) {
    const file = first ?? (await openIfThere(files, fileName));
    try {
      if (file) await refusePointer(file, fileName);
    } finally {
      await file?.close();
    }
  }
}

async function openIfThere(files: CheckpointFiles, name: string): Promise<CheckpointFile | undefined> {
  try {
    return await files.open(name);
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

interface FileList {
  readonly format: WeightFormat;
  readonly names: readonly string[];
  /** The file, already open, if there is only one. */
  readonly first?: CheckpointFile;
  /** File name by tensor name, from the index. */
  readonly located: ReadonlyMap<string, string>;
}

async function listFiles(files: CheckpointFiles): Promise<FileList> {
  let missing: CheckpointError | undefined;
  for (const format of WEIGHT_FORMATS) {
    const { whole, index } = format;
    try {
      return { format, names: [whole], first: await files.open(whole), located: new Map() };
    } catch (error) {
      if (!isMissing(error)) throw error;
      missing ??= error;
    }
    const json = await readIfThere(files, index);
    if (!json) continue;
    const located = parseIndex(format, new TextDecoder().decode(json));
    return { format, names: [...new Set(located.values())].sort(), located };
  }
  throw missing;
}

function isMissing(error: unknown): error is CheckpointError {
  return error instanceof CheckpointError && error.code === "missing-file";
}

/** `{ "weight_map": { tensor: file } }` */
function parseIndex(format: WeightFormat, text: string): Map<string, string> {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw badIndex(format, "is not JSON", cause);
  }
  const map: unknown =
    typeof json === "object" && json !== null ? new Map(Object.entries(json)).get("weight_map") : undefined;
  if (typeof map !== "object" || map === null) throw badIndex(format, 'has no "weight_map"');
  const located = new Map<string, string>();
  for (const [name, file] of Object.entries(map)) {
    if (typeof file !== "string" || !format.shard.test(file)) {
      throw badIndex(format, `names ${quoteValue(file)} as the file of ${quoteName(name)}`);
    }
    located.set(name, file);
  }
  return located;
}

function badIndex({ index, damaged }: WeightFormat, found: string, cause?: unknown): CheckpointError {
  const hint = "the index is damaged; download or export the checkpoint again";
  return new CheckpointError(`${index} ${found}`, { code: damaged, hint, cause });
}

/** @throws CheckpointError that names the file. */
async function readHeader(
  format: WeightFormat,
  file: CheckpointFile,
  fileName: string,
): Promise<readonly PytorchTensor[]> {
  try {
    return await format.read(file);
  } catch (cause) {
    if (!(cause instanceof CheckpointError) || !FORMAT.test(cause.message)) throw cause;
    const { code, hint } = cause;
    throw new CheckpointError(cause.message.replace(FORMAT, `${fileName}:`), { code, hint, cause });
  }
}

/** The prefix of messages from parsers, which do not have the file's name. */
const FORMAT = /^(safetensors|PyTorch):/;

function add(weights: Map<string, StoredWeight>, weight: StoredWeight): void {
  const name = ownName(weight.name);
  if (isBuffer(name)) return;
  const other = weights.get(name);
  if (other) {
    const where = other.fileName === weight.fileName ? "" : ` of ${other.fileName}`;
    const found = `${weight.fileName}: "${other.name}"${where} and "${weight.name}" are the same tensor`;
    const hint = "a checkpoint must contain each tensor once; export it again";
    throw new CheckpointError(found, { code: "unknown-tensor", hint });
  }
  weights.set(name, weight);
}

function checkLocated(
  weights: ReadonlyMap<string, StoredWeight>,
  stored: string,
  fileName: string,
  index: string,
): void {
  const name = ownName(stored);
  if (isBuffer(name) || weights.get(name)?.fileName === fileName) return;
  throw new CheckpointError(`${fileName}: tensor "${stored}" is missing, which ${index} says is there`, {
    code: "missing-tensor",
    hint: "the files are of different exports; download or export them again",
  });
}
