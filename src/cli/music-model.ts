/** Telling models of music from those of text, from their configs alone: a wrong one is not downloaded. */
import { readConfig } from "../../models/index.ts";
import { modelFiles } from "../platform/node/index.ts";
import type { Console } from "./console.ts";
import { UsageError } from "./errors.ts";
import { type FilesCommandOptions, filesOptions } from "./model-options.ts";

/** Whether a model's ids are text: GPT-2's config names no vocabulary, a dataset of text names it so. */
async function isTextModel(name: string, options: FilesCommandOptions, console: Console): Promise<boolean> {
  const files = await modelFiles(name, { ...filesOptions(options, console), only: ["config.json"] });
  const { vocabulary } = await readConfig(files);
  return vocabulary === undefined || vocabulary === "text";
}

/**
 * @param instead what else to do where the model is one of text.
 * @throws UsageError where it is.
 */
export async function requireMusicModel(
  name: string,
  options: FilesCommandOptions,
  console: Console,
  instead = "name a music model, such as piano",
): Promise<void> {
  if (await isTextModel(name, options, console)) {
    throw new UsageError(`${name} is a model of text, not of music`, instead);
  }
}
