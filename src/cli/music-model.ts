/** What the ids of a model mean, by its config alone, so that a wrong model is not downloaded. */
import { type Codec, codecOf, readConfig } from "../../models/index.ts";
import { modelFiles } from "../platform/node/index.ts";
import type { Console } from "./console.ts";
import { UsageError } from "./errors.ts";
import { type FilesCommandOptions, filesOptions } from "./model-options.ts";

/** The kinds of models by their ids. */
export type ModelKind = Codec["kind"];
/** Kinds of music models: of the piano, and of several instruments. */
export type MusicKind = Exclude<ModelKind, "text">;

/** A model whose config names no vocabulary, and has none of the known sizes, is one of text. */
async function kindOf(name: string, options: FilesCommandOptions, console: Console): Promise<ModelKind> {
  const files = await modelFiles(name, { ...filesOptions(options, console), only: ["config.json"] });
  const config = await readConfig(files);
  return codecOf({ config, id: name, hasTokenizer: true })?.kind ?? "performance";
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
): Promise<MusicKind> {
  const kind = await kindOf(name, options, console);
  if (kind === "text") throw new UsageError(`${name} is a text model, not a music model`, instead);
  return kind;
}

/**
 * @param instead the hint for a text model.
 * @throws UsageError for a text model, and for a model of several instruments.
 */
export async function requirePianoModel(
  name: string,
  options: FilesCommandOptions,
  console: Console,
  instead?: string,
): Promise<void> {
  const kind = await requireMusicModel(name, options, console, instead);
  if (kind === "arrival")
    throw new UsageError(
      `${name} is a model of several instruments, which this command does not support`,
      "name a piano model, such as piano",
    );
}
