import { existsSync } from "node:fs";
import { join } from "node:path";
import { readCheckpoint } from "../../models/index.ts";
import { Decoder } from "../engine/decoder.ts";
import { MusicModel } from "../music.ts";
import { checkpointFolder } from "./checkpoint-folder.ts";
import { packageRoot } from "./package-root.ts";
import { createNodeRuntime, type NodeRuntimeOptions } from "./runtime.ts";

/**
 * Loads a music model.
 *
 * @param name a model that ships ("piano"), or the path of a checkpoint folder.
 * @throws CheckpointError when there is no such model or it is damaged; EngineError when it cannot be run here.
 * @example
 * const piano = await loadMusicModel("piano");
 */
export async function loadMusicModel(name: string, options: NodeRuntimeOptions = {}): Promise<MusicModel> {
  const [checkpoint, runtime] = await Promise.all([
    readCheckpoint(await checkpointFolder(modelFolder(name))),
    createNodeRuntime(options),
  ]);
  return new MusicModel(await Decoder.load({ ...checkpoint, runtime }));
}

/** The folder of a model that ships, where `name` is one; otherwise `name` is the folder. */
function modelFolder(name: string): string {
  if (!/^[\w-]+$/.test(name)) return name;
  const shipped = join(packageRoot(), "models", name);
  return existsSync(join(shipped, "config.json")) ? shipped : name;
}
