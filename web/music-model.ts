/** The sources of the music model: included, by name, or a local folder. */
import { requestFile } from "../src/platform/request.ts";
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

/**
 * Asks the server for config.json, to check that a model is there; its contents are checked when it is loaded.
 *
 * @throws CheckpointError if it is not; Error when the server fails for now.
 */
export async function checkModel(musicSource: MusicSource): Promise<void> {
  const source = await musicSource.open();
  if (source instanceof Map) return;
  const response = await requestFile(new URL("config.json", String(source)));
  // A body that is not read keeps the connection.
  await response.arrayBuffer();
}
