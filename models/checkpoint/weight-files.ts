/**
 * Where a checkpoint's tensors lie: in `model.safetensors`, or in several files that `model.safetensors.index.json`
 * lists, as Hugging Face shards what is large. Headers are read and checked here, values are not.
 */
import type { CheckpointFile, CheckpointFiles } from "./files.ts";
import { CheckpointError } from "../errors.ts";
import { headerBytes, LENGTH_BYTES, parseHeader, type StoredTensor } from "./safetensors.ts";
import { shown, shownName } from "../shown.ts";

/** A tensor, and the file that it lies in. */
export interface StoredWeight extends StoredTensor {
  /** Such as "model.safetensors". */
  readonly fileName: string;
  readonly file: CheckpointFile;
  /** Of a matrix stored in int8 (`stored-int8.ts`): its name among `tensorShapes`, and its scales. */
  readonly int8?: { readonly name: string; readonly scales: StoredWeight };
}

export interface WeightFiles {
  /** By the names of `tensorShapes`: without Hugging Face's `transformer.`, and without GPT-2's buffers. */
  readonly weights: ReadonlyMap<string, StoredWeight>;
  close(): Promise<void>;
}

const WHOLE = "model.safetensors";
const INDEX = "model.safetensors.index.json";

/** GPT-2's buffers: the causal mask and its value, stored as if they were weights. */
const BUFFER = /\.attn\.(masked_)?bias$/;

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
    const { names, first, located } = await listFiles(files);
    if (first) opened.push(first);
    for (const fileName of names) {
      const file = first ?? (await files.open(fileName));
      if (!first) opened.push(file);
      for (const stored of await readHeader(file, fileName)) add(weights, { ...stored, fileName, file });
    }
    for (const [name, fileName] of located) checkLocated(weights, name, fileName);
    return { weights, close };
  } catch (error) {
    await close();
    throw error;
  }
}

interface FileList {
  readonly names: readonly string[];
  /** The only file, opened already. */
  readonly first?: CheckpointFile;
  /** Names of tensors and of the files that an index says they are in. */
  readonly located: ReadonlyMap<string, string>;
}

async function listFiles(files: CheckpointFiles): Promise<FileList> {
  let missing: CheckpointError;
  try {
    return { names: [WHOLE], first: await files.open(WHOLE), located: new Map() };
  } catch (error) {
    if (!isMissing(error)) throw error;
    missing = error;
  }
  let index;
  try {
    index = await files.open(INDEX);
  } catch (error) {
    throw isMissing(error) ? missing : error;
  }
  const located = parseIndex(new TextDecoder().decode(await index.read(0, index.bytes)));
  await index.close();
  return { names: [...new Set(located.values())].sort(), located };
}

function isMissing(error: unknown): error is CheckpointError {
  return error instanceof CheckpointError && error.code === "missing-file";
}

/** `{ "weight_map": { tensor: file } }` */
function parseIndex(text: string): Map<string, string> {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw badIndex("is not JSON", cause);
  }
  const map: unknown =
    typeof json === "object" && json !== null ? new Map(Object.entries(json)).get("weight_map") : undefined;
  if (typeof map !== "object" || map === null) throw badIndex('has no "weight_map"');
  const located = new Map<string, string>();
  for (const [name, file] of Object.entries(map)) {
    // A name, not a path: an index must not make one read files elsewhere.
    if (typeof file !== "string" || !/^[\w-][\w.-]*\.safetensors$/.test(file)) {
      throw badIndex(`names ${shown(file)} as the file of ${shownName(name)}`);
    }
    located.set(name, file);
  }
  return located;
}

function badIndex(found: string, cause?: unknown): CheckpointError {
  const hint = "the index is damaged; download or export the checkpoint again";
  return new CheckpointError(`${INDEX} ${found}`, { code: "bad-safetensors", hint, cause });
}

/** @throws CheckpointError that names the file. */
async function readHeader(file: CheckpointFile, fileName: string): Promise<StoredTensor[]> {
  try {
    const length = headerBytes(await file.read(0, Math.min(LENGTH_BYTES, file.bytes)), file.bytes);
    return parseHeader(await file.read(LENGTH_BYTES, LENGTH_BYTES + length), file.bytes);
  } catch (cause) {
    if (!(cause instanceof CheckpointError) || cause.code !== "bad-safetensors") throw cause;
    const { code, hint } = cause;
    throw new CheckpointError(cause.message.replace(/^safetensors/, fileName), { code, hint, cause });
  }
}

function add(weights: Map<string, StoredWeight>, weight: StoredWeight): void {
  const name = ownName(weight.name);
  if (BUFFER.test(name)) return;
  const other = weights.get(name);
  if (other) {
    const where = other.fileName === weight.fileName ? "" : ` of ${other.fileName}`;
    const found = `${weight.fileName}: "${other.name}"${where} and "${weight.name}" are the same tensor`;
    const hint = "a checkpoint holds one model, each tensor once; export it again";
    throw new CheckpointError(found, { code: "unknown-tensor", hint });
  }
  weights.set(name, weight);
}

function checkLocated(weights: ReadonlyMap<string, StoredWeight>, stored: string, fileName: string): void {
  const name = ownName(stored);
  if (BUFFER.test(name) || weights.get(name)?.fileName === fileName) return;
  throw new CheckpointError(`${fileName}: tensor "${stored}" is missing, which ${INDEX} says is there`, {
    code: "missing-tensor",
    hint: "the files are of different exports; download or export them again",
  });
}

/** Hugging Face puts `transformer.` before all but the head. */
function ownName(stored: string): string {
  return stored.replace(/^transformer\./, "");
}
