import { open, readlink, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { CheckpointError, type CheckpointFile, type CheckpointFiles } from "../../../models/index.ts";
import { refuseRevision } from "../hub-name.ts";
import { chosenSnapshot, isCachedModel } from "./hub/snapshots.ts";

/** Largest single read, in bytes; Node's limit is 2 GB. */
const LARGEST_READ = 2 ** 30;

/**
 * A checkpoint's files in a folder: of Hugging Face's layout, or that of a model in Hugging Face's cache
 * (`models--owner--name`), whose files are in `snapshots/<commit>/`.
 *
 * @param revision which one of a folder of the cache; by default the one that `refs/main` names, or the only one.
 * @throws CheckpointError when the folder does not exist, or has several snapshots and names none; on opening, when a file
 * is missing; OptionError for a revision of another folder.
 */
export async function checkpointFolder(folder: string, revision?: string): Promise<CheckpointFiles> {
  const found = await stat(folder).catch(() => undefined);
  if (!found?.isDirectory()) {
    throw new CheckpointError(`${folder} ${found ? "is a file" : "does not exist"}`, {
      code: "missing-file",
      hint: "name the folder with the model's config.json and model.safetensors or pytorch_model.bin",
    });
  }
  if (await isCachedModel(folder)) {
    const snapshot = await chosenSnapshot(folder, revision);
    return { open: (name) => openFile(snapshot, name) };
  }
  if (revision !== undefined) refuseRevision(folder);
  return { open: (name) => openFile(folder, name) };
}

async function openFile(folder: string, name: string): Promise<CheckpointFile> {
  const path = join(folder, name);
  let file;
  try {
    file = await open(path);
  } catch (cause) {
    throw await notOpened(path, cause);
  }
  if (!(await file.stat()).isFile()) {
    await file.close();
    throw unreadable(`${path} is not a file`, "remove it, or put the model's file in its place");
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

/** A file that is there but cannot be read must not count as one that the model does without. */
async function notOpened(path: string, cause: unknown): Promise<CheckpointError> {
  const link = await readlink(path).catch(() => undefined);
  const code = cause instanceof Error && "code" in cause ? cause.code : undefined;
  if (code === "ENOENT" && link === undefined) {
    return new CheckpointError(`${path} cannot be opened`, {
      code: "missing-file",
      hint: `a checkpoint folder holds config.json and model.safetensors or pytorch_model.bin, and ${basename(path)} must be readable`,
      cause,
    });
  }
  if (code === "ENOENT") {
    const hint = "copy a folder with the files that its links name (cp -L), or download the model again";
    return unreadable(`${path} is a link to ${link}, which does not exist`, hint, cause);
  }
  return unreadable(
    `${path} cannot be opened${typeof code === "string" ? ` (${code})` : ""}`,
    "check the permissions of the file",
    cause,
  );
}

function unreadable(found: string, hint: string, cause?: unknown): CheckpointError {
  return new CheckpointError(found, { code: "unreadable-file", hint, cause });
}
