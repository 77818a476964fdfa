/** What the ids of a model mean, by its config alone, so that a wrong model is not downloaded. */
import { existsSync } from "node:fs";
import { MUSIC_CODECS } from "../../encoding/index.ts";
import { CheckpointError, type Codec, codecOf, readConfig, TEXT_FILES } from "../../models/index.ts";
import { hubId, isNamedTextModel, modelFiles } from "../platform/node/index.ts";
import { readTextFiles } from "../text/index.ts";
import type { Console } from "./console.ts";
import { UsageError } from "./errors.ts";
import { chosenCodec, type FilesCommandOptions, filesOptions } from "./model-options.ts";

/** The kinds of models by their ids. */
export type ModelKind = Codec["kind"];
/** Kinds of music models: of the piano, and of several instruments. */
export type MusicKind = Exclude<ModelKind, "text">;

/** The number of ids of GPT-2, whose config.json does not say that it writes text. */
const GPT2_IDS = 50_257;

/**
 * @returns undefined when it is not known.
 * @throws CheckpointError for models that cannot run, and for a wrong `--codec`; TokenizerError as `hasTextTokenizer`.
 */
async function kindOf(
  name: string,
  options: FilesCommandOptions,
  console: Console,
): Promise<{ readonly kind: ModelKind | undefined; readonly ids: number }> {
  // Without a question to the hub, which may be out of reach.
  const isText = isNamedTextModel(name) && chosenCodec(options) === undefined && !existsSync(name);
  if (isText) return { kind: "text", ids: GPT2_IDS };
  const files = await modelFiles(name, { ...filesOptions(options, console), only: ["config.json"] });
  const config = await readConfig(files);
  const codec = codecOf({ config, id: hubId(name), codec: chosenCodec(options), hasTokenizer: false });
  const ids = config.vocabularySize;
  if (codec) return { kind: codec.kind, ids };
  // A vocabulary with a name that is unknown here is left to the loading.
  if (config.vocabulary !== undefined) return { kind: "performance", ids };
  if (ids === GPT2_IDS) return { kind: "text", ids };
  return { kind: (await hasTextTokenizer(name, options, console)) ? "text" : undefined, ids };
}

/** @throws TokenizerError for a tokenizer of music that cannot be read, such as MidiTok's. */
async function hasTextTokenizer(
  name: string,
  options: FilesCommandOptions,
  console: Console,
): Promise<boolean> {
  const only = ["config.json", ...TEXT_FILES];
  try {
    await readTextFiles(await modelFiles(name, { ...filesOptions(options, console), only }));
    return true;
  } catch (error) {
    if (error instanceof CheckpointError && error.code === "missing-file") return false;
    throw error;
  }
}

/**
 * @param instead the hint for a text model.
 * @throws UsageError for a text model, and for one whose ids are unknown.
 */
export async function requireMusicModel(
  name: string,
  options: FilesCommandOptions,
  console: Console,
  instead = "name a music model, such as piano",
): Promise<MusicKind> {
  const { kind, ids } = await kindOf(name, options, console);
  if (kind === undefined) {
    throw new UsageError(
      `it is not known what the ${ids} ids of ${name} mean`,
      `for text use: ostinato text --model ${name}; for music name their vocabulary with --codec: ${[...MUSIC_CODECS.keys()].join(", ")}`,
    );
  }
  if (kind === "text") throw new UsageError(`${name} is a text model, not a music model`, instead);
  return kind;
}
