import { MusicModel } from "../music.ts";
import { loadDecoder, type LoadModelOptions, type ModelSource } from "./load-decoder.ts";

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
