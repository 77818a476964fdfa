import { type CheckpointFiles, checkpointInMemory, readIfThere } from "../../models/index.ts";

const CONFIG = "config.json";

/** The same files, with config.json read once and kept: the tokenizer and the network both need it. */
export function configOnce(files: CheckpointFiles): CheckpointFiles {
  let kept: Promise<Uint8Array | undefined> | undefined;
  return {
    open: async (name) => {
      if (name !== CONFIG) return files.open(name);
      kept ??= readIfThere(files, CONFIG);
      const bytes = await kept;
      return bytes ? checkpointInMemory(new Map([[CONFIG, bytes]])).open(CONFIG) : files.open(CONFIG);
    },
  };
}
