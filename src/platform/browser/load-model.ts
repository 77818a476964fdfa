import { BandModel, type ModelCodecOptions, MusicModel } from "../../music/index.ts";
import { configOnce } from "../config-once.ts";
import { readTextFiles, TextModel } from "../../text/index.ts";
import {
  filesAgain,
  loadDecoder,
  loadFromFiles,
  type LoadModelOptions,
  type ModelSource,
  sourceFiles,
} from "./load-decoder.ts";

/**
 * Loads a music model in this thread, which blocks the page during each step. `WorkerMusicModel` runs it in a worker.
 *
 * @throws CheckpointError when the files are missing or damaged; EngineError when the model cannot run here; OptionError
 * for a text model, or an unknown backend or precision.
 */
export async function loadMusicModel(
  source: ModelSource,
  options: LoadModelOptions & Pick<ModelCodecOptions, "codec"> = {},
): Promise<MusicModel> {
  return new MusicModel(await loadDecoder(source, options), { codec: options.codec });
}

/**
 * Loads a music model of several instruments, a checkpoint of the Anticipatory Music Transformer, in this thread.
 *
 * @throws the errors of `loadMusicModel`.
 */
export async function loadBandModel(
  source: ModelSource,
  options: LoadModelOptions & Pick<ModelCodecOptions, "codec"> = {},
): Promise<BandModel> {
  return new BandModel(await loadDecoder(source, options), { codec: options.codec });
}

/**
 * Loads a text model in this thread: a GPT-2 checkpoint with its tokenizer. With the option `cache` the browser stores
 * the files.
 *
 * @throws the errors of `loadMusicModel`; TokenizerError when the tokenizer cannot be read.
 * @example
 * const address = "https://huggingface.co/openai-community/gpt2/resolve/main/";
 * const gpt2 = await loadTextModel(address, { cache: "ostinato-models" });
 */
export async function loadTextModel(source: ModelSource, options: LoadModelOptions = {}): Promise<TextModel> {
  const files = configOnce(sourceFiles(source, options));
  const { tokenizer, specialIds } = await readTextFiles(files);
  return new TextModel(
    await loadFromFiles(files, options, filesAgain(source, options)),
    tokenizer,
    specialIds,
  );
}
