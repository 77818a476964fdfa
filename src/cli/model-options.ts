/** Options of the commands that run a model. */
import { Option } from "commander";
import { MUSIC_CODEC_NAMES, musicCodec } from "../../encoding/index.ts";
import type { Precision } from "../../models/index.ts";
import type { LoadMusicModelOptions, ModelFilesOptions } from "../platform/node/index.ts";
import type { Console } from "./console.ts";
import { interruptSignal } from "./interrupt.ts";

export interface ModelCommandOptions {
  readonly codec?: string;
  readonly precision: Precision;
  readonly threads?: number;
  readonly offline?: boolean;
  readonly revision?: string;
  readonly draftModel?: string;
}

/** The options that select the files of a model, and say what its ids mean. */
export type FilesCommandOptions = Pick<ModelCommandOptions, "codec" | "offline" | "revision">;

/** `--model`. @param shipped the included model that is the default. */
export function modelOption(shipped: string): Option {
  const help = `included model (${shipped}), or another one by its folder, its web address, or its name on the Hugging Face hub (owner/name, or owner/name@revision)`;
  return new Option("--model <name>", help).default(shipped);
}

/** `--draft-model` */
export function draftModelOption(): Option {
  return new Option(
    "--draft-model <name>",
    "smaller model of the same vocabulary, which drafts ids for --model to check: faster, with the same result",
  );
}

/** `--revision` */
export function revisionOption(): Option {
  return new Option("--revision <name>", "branch, tag or commit of a model of the hub (default: main)");
}

/** `--offline` */
export function offlineOption(): Option {
  return new Option("--offline", "use only models that are downloaded already; no network");
}

/** `--codec` */
export function codecOption(): Option {
  return new Option(
    "--codec <name>",
    "what the ids of the model mean, if its config.json and their number do not tell",
  ).choices(MUSIC_CODEC_NAMES);
}

/** The name of the vocabulary of `--codec`, which may be short. */
export function chosenCodec({ codec }: Pick<ModelCommandOptions, "codec">): string | undefined {
  return codec === undefined ? undefined : musicCodec(codec)?.name;
}

/** The loading options of the library; warnings and progress go to the console. */
export function loadingOptions(options: ModelCommandOptions, console: Console): LoadMusicModelOptions {
  const { precision, threads } = options;
  return { precision, threads, codec: chosenCodec(options), ...filesOptions(options, console) };
}

/** The file options of the library. */
export function filesOptions(
  { offline, revision }: FilesCommandOptions,
  console: Console,
): ModelFilesOptions {
  return {
    offline,
    revision,
    signal: interruptSignal(),
    onWarning: (message) => console.say(message),
    onProgress: ({ file, loadedBytes, totalBytes }) => {
      const total = totalBytes === undefined ? "" : ` of ${megabytes(totalBytes)}`;
      console.progress(() => `downloading ${file}: ${megabytes(loadedBytes)}${total} MB`);
    },
  };
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(1);
}
