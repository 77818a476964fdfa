import { readCheckpoint } from "../../models/index.ts";
import { Decoder } from "../engine/decoder.ts";
import { MusicModel } from "../music.ts";
import { TextModel } from "../text.ts";
import { readTokenizer } from "../tokenizer-files.ts";
import { modelFiles } from "./model-files.ts";
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
    readCheckpoint(await modelFiles(name)),
    createNodeRuntime(options),
  ]);
  return new MusicModel(await Decoder.load({ ...checkpoint, runtime }));
}

/**
 * Loads a text model: a GPT-2 checkpoint with its tokenizer.
 *
 * @param name a model that ships ("shakespeare"), or the path of a checkpoint folder.
 * @throws CheckpointError when there is no such model or it is damaged; TokenizerError when its tokenizer cannot be read;
 * EngineError when it cannot be run here.
 * @example
 * const shakespeare = await loadTextModel("shakespeare");
 */
export async function loadTextModel(name: string, options: NodeRuntimeOptions = {}): Promise<TextModel> {
  const files = await modelFiles(name);
  const tokenizer = await readTokenizer(files);
  const [checkpoint, runtime] = await Promise.all([readCheckpoint(files), createNodeRuntime(options)]);
  return new TextModel(await Decoder.load({ ...checkpoint, runtime }), tokenizer);
}
