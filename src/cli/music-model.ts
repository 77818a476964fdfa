/** Distinguishes music models from text models by their configs, so that a wrong one is not downloaded. */
import { readConfig } from "../../models/index.ts";
import { modelFiles } from "../platform/node/index.ts";
import type { Console } from "./console.ts";
import { UsageError } from "./errors.ts";
import { type FilesCommandOptions, filesOptions } from "./model-options.ts";

/** Whether the ids of a model are text: the config of GPT-2 names no vocabulary; that of a text dataset is "text". */
async function isTextModel(name: string, options: FilesCommandOptions, console: Console): Promise<boolean> {
  const files = await modelFiles(name, { ...filesOptions(options, console), only: ["config.json"] });
  const { vocabulary } = await readConfig(files);
  return vocabulary === undefined || vocabulary === "text";
}

/**
 * @param instead the hint for a text model.
 * @throws UsageError for a text model.
 */
export async function requireMusicModel(
  name: string,
  options: FilesCommandOptions,
  console: Console,
  instead = "name a music model, such as piano",
): Promise<void> {
  if (await isTextModel(name, options, console)) {
    throw new UsageError(`${name} is a text model, not a music model`, instead);
  }
}
