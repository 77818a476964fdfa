/** The sources of the music model: included, by name, or a local folder. */
import { readConfig } from "../models/checkpoint/index.ts";
import { checkpointUrl } from "../src/platform/checkpoint-url.ts";
import type { MusicSource } from "./model-holder.ts";
import { folderFiles, folderName, modelAddress } from "./model-source.ts";

/** The included models. */
export const OWN_MODELS = ["piano"] as const;

/** A model by its name, see `modelAddress`. @throws SourceError */
export function namedSource(name: string): MusicSource {
  const address = modelAddress(name, OWN_MODELS, document.baseURI);
  return { name, isPublic: true, open: () => Promise.resolve(address) };
}

/** A local folder. */
export function folderSource(files: readonly File[]): MusicSource {
  return { name: folderName(files), isPublic: false, open: () => folderFiles(files) };
}

/** Reads config.json to check that a model is available. @throws CheckpointError if it is not. */
export async function checkModel(musicSource: MusicSource): Promise<void> {
  const source = await musicSource.open();
  if (typeof source === "string") await readConfig(checkpointUrl(source));
}
