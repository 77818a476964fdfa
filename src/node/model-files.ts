import { existsSync } from "node:fs";
import { join } from "node:path";
import type { CheckpointFiles } from "../../models/index.ts";
import { checkpointFolder } from "./checkpoint-folder.ts";
import { packageRoot } from "./package-root.ts";

/**
 * The files of a model.
 *
 * @param name a model that ships, or the path of a checkpoint folder.
 * @throws CheckpointError when there is no such model.
 */
export async function modelFiles(name: string): Promise<CheckpointFiles> {
  return checkpointFolder(shippedFolder(name) ?? name);
}

/** The folder of a model that ships with the package, where `name` is one. */
export function shippedFolder(name: string): string | undefined {
  if (!/^[\w-]+$/.test(name)) return undefined;
  const shipped = join(packageRoot(), "models", name);
  return existsSync(join(shipped, "config.json")) ? shipped : undefined;
}
