/** What the commands that write music have in common: model, sampling, output. */
import { type Command, Option } from "commander";
import type { TrackSelection } from "../../encoding/index.ts";
import type { MusicModel } from "../music/index.ts";
import { loadMusicModel } from "../platform/node/index.ts";
import { SAMPLING_OPTIONS, type SamplingOptions } from "../options.ts";
import type { Console } from "./console.ts";
import { loadingOptions, type ModelCommandOptions, modelOption, offlineOption } from "./model-options.ts";
import { numberIn, portValue, positiveInteger, precisionOption } from "./values.ts";

export interface WritingCommandOptions extends SamplingOptions, ModelCommandOptions {
  readonly out: string;
  readonly lenient?: boolean;
  readonly tracks?: TrackSelection;
  readonly model: string;
  readonly quiet?: boolean;
  readonly port?: number;
  readonly json?: boolean;
}

/** Adds the options of sampling, as the common table has them. */
export function addSamplingOptions(command: Command, of: "music" | "text"): void {
  for (const option of SAMPLING_OPTIONS) {
    if (option.isOfMusic && of === "text") continue;
    const added = new Option(`${option.flag} <n>`, option.help).argParser((text) => numberIn(option, text));
    if (option.fallback !== undefined) added.default(option.fallback);
    command.addOption(added);
  }
}

/** Adds `--model`, the options of sampling, and those of every command. */
export function addWritingOptions(command: Command): Command {
  command.addOption(modelOption("piano"));
  addSamplingOptions(command, "music");
  return command
    .addOption(precisionOption())
    .option(
      "--port <n>",
      "put the new part on this MIDI port, 0 to 127, which many players ignore (default: a channel of its own)",
      portValue,
    )
    .option("--threads <n>", "threads of the engine (default: chosen by it)", positiveInteger)
    .addOption(offlineOption())
    .option("--quiet", "say nothing")
    .option("--json", "print the summary as JSON on stdout");
}

/** Loads the model that the options name; what it has to say goes to the console. */
export function loadModel(options: WritingCommandOptions, console: Console): Promise<MusicModel> {
  return loadMusicModel(options.model, loadingOptions(options, console));
}
