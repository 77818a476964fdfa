import { open, stat } from "node:fs/promises";
import { join } from "node:path";
import { CheckpointError, type CheckpointFile, type CheckpointFiles } from "../../../models/index.ts";

/** Largest single read, in bytes; Node's limit is 2 GB. */
const LARGEST_READ = 2 ** 30;

/**
 * A checkpoint's files in a folder.
 *
 * @throws CheckpointError when the folder does not exist; on opening, when a file is missing.
 */
export async function checkpointFolder(folder: string): Promise<CheckpointFiles> {
  const found = await stat(folder).catch(() => undefined);
  if (!found?.isDirectory()) {
    throw new CheckpointError(`${folder} ${found ? "is a file" : "does not exist"}`, {
      code: "missing-file",
      hint: "name the folder with the model's config.json and model.safetensors or pytorch_model.bin",
    });
  }
  return { open: (name) => openFile(folder, name) };
}

async function openFile(folder: string, name: string): Promise<CheckpointFile> {
  const path = join(folder, name);
  let file;
  try {
    file = await open(path);
  } catch (cause) {
    throw new CheckpointError(`${path} cannot be opened`, {
      code: "missing-file",
      hint: `a checkpoint folder holds config.json and model.safetensors or pytorch_model.bin, and ${name} must be readable`,
      cause,
    });
  }
  const handle = file;
  const { size } = await handle.stat();
  return {
    bytes: size,
    path,
    read: async (begin, end, into) => {
      const bytes = into ?? new Uint8Array(end - begin);
      let done = 0;
      while (done < bytes.length) {
        const length = Math.min(LARGEST_READ, bytes.length - done);
        const { bytesRead } = await handle.read(bytes, done, length, begin + done);
        if (bytesRead === 0) {
          const hint = "the file changed while it was read; try again";
          throw new CheckpointError(`${path} ends at byte ${begin + done}`, { code: "missing-file", hint });
        }
        done += bytesRead;
      }
      return bytes;
    },
    close: () => handle.close(),
  };
}
