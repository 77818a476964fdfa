import { BandModel, type ModelCodecOptions, MusicModel } from "../../music/index.ts";
import { configOnce } from "../config-once.ts";
import { readTextFiles, TextModel } from "../../text/index.ts";
import { loadDecoder, type LoadModelOptions } from "./load-decoder.ts";
import { hubId } from "./hub/hub.ts";
import { modelFiles, type ModelFilesOptions } from "./model-files.ts";

/** Options of loading a music model. */
export type LoadMusicModelOptions = LoadModelOptions & ModelFilesOptions & Pick<ModelCodecOptions, "codec">;

/**
 * Loads a music model.
 *
 * @param name an included model ("piano"), a folder, a URL or a hub id: see `modelFiles`.
 * @throws CheckpointError when the model does not exist or is damaged; EngineError when it cannot run here; OptionError
 * for an unknown precision.
 * @example
 * const piano = await loadMusicModel("piano");
 */
export async function loadMusicModel(name: string, options: LoadMusicModelOptions = {}): Promise<MusicModel> {
  const { codec } = options;
  return new MusicModel(await loadDecoder(await modelFiles(name, options), options), {
    codec,
    id: hubId(name),
  });
}

/**
 * Loads a music model of several instruments: a checkpoint of the Anticipatory Music Transformer.
 *
 * @param name a folder, a URL or a hub id: see `modelFiles`.
 * @throws the errors of `loadMusicModel`.
 * @example
 * const band = await loadBandModel("stanford-crfm/music-small-800k");
 */
export async function loadBandModel(name: string, options: LoadMusicModelOptions = {}): Promise<BandModel> {
  const { codec } = options;
  return new BandModel(await loadDecoder(await modelFiles(name, options), options), {
    codec,
    id: hubId(name),
  });
}

/**
 * Loads a text model: a GPT-2 checkpoint with its tokenizer.
 *
 * @param name an included model ("shakespeare"), a folder, a URL or a hub id ("gpt2"): see `modelFiles`.
 * @throws CheckpointError when the model does not exist or is damaged; TokenizerError when its tokenizer cannot be read;
 * EngineError when it cannot run here; OptionError for an unknown precision.
 * @example
 * const shakespeare = await loadTextModel("shakespeare");
 */
export async function loadTextModel(
  name: string,
  options: LoadModelOptions & ModelFilesOptions = {},
): Promise<TextModel> {
  const files = configOnce(await modelFiles(name, options));
  const { tokenizer, specialIds } = await readTextFiles(files);
  return new TextModel(await loadDecoder(files, options), tokenizer, specialIds);
}
