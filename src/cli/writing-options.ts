/** Options of the commands that generate music: model, sampling, output. */
import { type Command, Option } from "commander";
import type { Compatibility, TrackSelection } from "../../encoding/index.ts";
import type { MusicModel } from "../music/index.ts";
import { loadMusicModel } from "../platform/node/index.ts";
import { SAMPLING_OPTIONS, type SamplingOptions } from "../options.ts";
import { instrumentsOption } from "./band-options.ts";
import type { Console } from "./console.ts";
import {
  codecOption,
  draftModelOption,
  loadingOptions,
  type ModelCommandOptions,
  modelOption,
  offlineOption,
  revisionOption,
} from "./model-options.ts";
import { dynamicsOption, numberIn, portValue, positiveInteger, precisionOption } from "./values.ts";

export interface WritingCommandOptions extends SamplingOptions, ModelCommandOptions {
  readonly out: string;
  readonly lenient?: boolean;
  readonly compatibility?: Compatibility;
  readonly tracks?: TrackSelection;
  readonly instruments?: ReadonlySet<number>;
  readonly model: string;
  readonly quiet?: boolean;
  readonly port?: number;
  readonly json?: boolean;
}

/** Adds the sampling options of the common table. */
export function addSamplingOptions(command: Command, of: "music" | "text"): void {
  for (const option of SAMPLING_OPTIONS) {
    if (option.isOfMusic && of === "text") continue;
    const added = new Option(`${option.flag} <n>`, option.help).argParser((text) => numberIn(option, text));
    if (option.fallback !== undefined) added.default(option.fallback);
    command.addOption(added);
  }
  if (of === "music") command.addOption(dynamicsOption());
}

/** Adds `--model`, the sampling options, and the options of every command. */
export function addWritingOptions(command: Command): Command {
  command.addOption(modelOption("piano")).addOption(instrumentsOption());
  addSamplingOptions(command, "music");
  return command
    .addOption(codecOption())
    .addOption(draftModelOption())
    .addOption(precisionOption())
    .option(
      "--port <n>",
      "MIDI port of the new track, 0 to 127; many players ignore ports (default: no port; the new track gets a channel of its own)",
      portValue,
    )
    .option("--threads <n>", "number of processor threads (default: automatic)", positiveInteger)
    .addOption(revisionOption())
    .addOption(offlineOption())
    .option("--quiet", "print no messages")
    .option("--json", "print the summary as JSON on stdout");
}

/** Loads the model of the options; warnings and progress go to the console. */
export function loadModel(options: WritingCommandOptions, console: Console): Promise<MusicModel> {
  return loadMusicModel(options.model, loadingOptions(options, console));
}
