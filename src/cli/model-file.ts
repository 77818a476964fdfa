/** Files of a model in the place of a MIDI file. */
import { existsSync } from "node:fs";
import { open } from "node:fs/promises";
import { basename, dirname, extname, join } from "node:path";
import { isPointer, pointerError, TEXT_FILES } from "../../models/index.ts";
import { CommandError } from "./errors.ts";

/** Extensions of weights, and what they hold. */
const READ: ReadonlyMap<string, string> = new Map([
  [".safetensors", "weights"],
  [".bin", "PyTorch's weights"],
]);
const NOT_READ: ReadonlyMap<string, string> = new Map([
  [".onnx", "a graph of ONNX"],
  [".gguf", "a model for llama.cpp"],
  [".h5", "weights of TensorFlow"],
  [".msgpack", "weights of Flax"],
  [".ckpt", "a checkpoint of a trainer"],
  [".pt", "a file of PyTorch"],
  [".pth", "a file of PyTorch"],
]);

/** Files next to the weights. */
const OTHERS: ReadonlySet<string> = new Set(["config.json", ...TEXT_FILES]);

/** More than a Git LFS pointer has. */
const BEGINNING_BYTES = 1024;

/**
 * The folder of a model, if a path is that of one of its files: by the file's name, unless it begins as a MIDI file does.
 *
 * @throws CheckpointError for a Git LFS pointer; CommandError for a file without a config.json in its folder, and for a format that is
 * not read.
 */
export async function folderOfModelFile(path: string): Promise<string | undefined> {
  const name = basename(path);
  const extension = extname(name).toLowerCase();
  const isOther = OTHERS.has(name) || /\.(?:safetensors|bin)\.index\.json$/.test(name);
  const content = READ.get(extension) ?? (isOther ? "a part of a model" : undefined);
  const unread = NOT_READ.get(extension);
  if (content === undefined && unread === undefined) return undefined;
  const beginning = await beginningOf(path);
  if (/^(?:MThd|RIFF)/.test(beginning.toString("latin1"))) return undefined;
  if (isPointer(beginning)) throw pointerError(path);
  if (unread !== undefined) {
    throw new CommandError(
      `${path} holds ${unread}, which is not read`,
      "name the folder of a model that has config.json and model.safetensors or pytorch_model.bin",
    );
  }
  const folder = dirname(path);
  if (existsSync(join(folder, "config.json"))) return folder;
  throw new CommandError(
    `${path} holds ${content}, and there is no config.json in its folder`,
    "put the model's config.json into the same folder, and name the folder",
  );
}

async function beginningOf(path: string): Promise<Buffer> {
  const file = await open(path);
  try {
    const { bytesRead, buffer } = await file.read(Buffer.alloc(BEGINNING_BYTES), 0, BEGINNING_BYTES, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}
