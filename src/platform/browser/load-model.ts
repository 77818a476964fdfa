import { MusicModel } from "../../music/index.ts";
import { configOnce } from "../config-once.ts";
import { readTokenizer, TextModel } from "../../text/index.ts";
import {
  loadDecoder,
  loadFromFiles,
  type LoadModelOptions,
  type ModelSource,
  sourceFiles,
} from "./load-decoder.ts";

/**
 * Loads a music model into this thread. A page that shall stay smooth loads it into a worker: `WorkerMusicModel`.
 *
 * @throws CheckpointError when the files cannot be had or are damaged; EngineError when the model cannot be run here;
 * OptionError when it is not one of music, or for an unknown backend or precision.
 */
export async function loadMusicModel(
  source: ModelSource,
  options: LoadModelOptions = {},
): Promise<MusicModel> {
  return new MusicModel(await loadDecoder(source, options));
}

/**
 * Loads a text model, a GPT-2 checkpoint with its tokenizer, into this thread. With the option `cache` the files are kept
 * by the browser, and not downloaded again.
 *
 * @throws as `loadMusicModel`; TokenizerError when the tokenizer cannot be read.
 * @example
 * const address = "https://huggingface.co/openai-community/gpt2/resolve/main/";
 * const gpt2 = await loadTextModel(address, { cache: "ostinato-models" });
 */
export async function loadTextModel(source: ModelSource, options: LoadModelOptions = {}): Promise<TextModel> {
  const files = configOnce(sourceFiles(source, options));
  const tokenizer = await readTokenizer(files);
  return new TextModel(await loadFromFiles(files, options), tokenizer);
}
