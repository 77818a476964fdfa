/** What the commands that run a model have in common. */
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

/** Of these, what says where a model's files come from. */
export type FilesCommandOptions = Pick<ModelCommandOptions, "offline">;

/** `--model`. @param shipped the model that ships and is used if none is named. */
export function modelOption(shipped: string): Option {
  const help = `a model that ships (${shipped}), a checkpoint's folder or address, or a Hugging Face hub id`;
  return new Option("--model <name>", help).default(shipped);
}

/** `--offline` */
export function offlineOption(): Option {
  return new Option("--offline", "of hub models use what was downloaded before, and no network");
}

/** How a model is loaded as the options say; what there is to tell of it goes to the console. */
export function loadingOptions(
  options: ModelCommandOptions,
  console: Console,
): LoadModelOptions & ModelFilesOptions {
  const { precision, threads } = options;
  return { precision, threads, ...filesOptions(options, console) };
}

/** How a model's files are had. */
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
