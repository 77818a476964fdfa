import { type CheckpointFiles, readIfThere } from "./files.ts";
import { TEXT_FILES } from "./text-files.ts";
import { refuseWeightPointers } from "./weight-files.ts";

/**
 * Looks for Git LFS pointers among the files of a checkpoint, without reading its weights: for a folder of which only the config
 * is needed.
 *
 * @throws CheckpointError (`lfs-pointer`) for the first one.
 */
export async function refusePointers(files: CheckpointFiles): Promise<void> {
  for (const name of ["config.json", ...TEXT_FILES]) await readIfThere(files, name);
  await refuseWeightPointers(files);
}
