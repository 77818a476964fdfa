/** Options of the commands that run a model. */
import { Option } from "commander";
import type { Precision } from "../../models/index.ts";
import type { LoadModelOptions, ModelFilesOptions } from "../platform/node/index.ts";
import type { Console } from "./console.ts";
import { interruptSignal } from "./interrupt.ts";

export interface ModelCommandOptions {
  readonly precision: Precision;
  readonly threads?: number;
  readonly offline?: boolean;
}

/** The options that select the files of a model. */
export type FilesCommandOptions = Pick<ModelCommandOptions, "offline">;

/** `--model`. @param shipped the included model that is the default. */
export function modelOption(shipped: string): Option {
  const help = `included model (${shipped}), or another one by its folder, its web address, or its name on the Hugging Face hub (owner/name)`;
  return new Option("--model <name>", help).default(shipped);
}

/** `--offline` */
export function offlineOption(): Option {
  return new Option("--offline", "use only models that are downloaded already; no network");
}

/** The loading options of the library; warnings and progress go to the console. */
export function loadingOptions(
  options: ModelCommandOptions,
  console: Console,
): LoadModelOptions & ModelFilesOptions {
  const { precision, threads } = options;
  return { precision, threads, ...filesOptions(options, console) };
}

/** The file options of the library. */
export function filesOptions({ offline }: FilesCommandOptions, console: Console): ModelFilesOptions {
  return {
    offline,
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
