/** Options of the commands that generate music with a model of several instruments. */
import { type Command, InvalidArgumentError, Option } from "commander";
import { ArrivalError, parseInstruments } from "../../encoding/index.ts";
import type { BandModel } from "../music/index.ts";
import { samplingOf, type SamplingOptions } from "../options.ts";
import { loadBandModel } from "../platform/node/index.ts";
import type { Console } from "./console.ts";
import { UsageError } from "./errors.ts";
import { loadingOptions, type ModelCommandOptions } from "./model-options.ts";
import type { MusicKind } from "./music-model.ts";

/** Options that only models of the piano have. */
const PIANO_ONLY = ["ending", "style", "density", "dynamics"] as const;

export interface BandCommandOptions extends SamplingOptions, ModelCommandOptions {
  readonly model: string;
  readonly instruments?: ReadonlySet<number>;
}

/** `--instruments` */
export function instrumentsOption(): Option {
  return new Option(
    "--instruments <list>",
    'with a model of several instruments: who plays the new music, such as "piano,bass,drums"; families or names of General MIDI, or program numbers (default: all)',
  ).argParser(instrumentsValue);
}

function instrumentsValue(text: string): ReadonlySet<number> {
  try {
    return parseInstruments(text);
  } catch (error) {
    if (error instanceof ArrivalError) throw new InvalidArgumentError(`${error.message}; ${error.hint}.`);
    throw error;
  }
}

/** @throws UsageError for an option that the kind of model does not have. */
export function checkKindOptions(
  kind: MusicKind,
  options: BandCommandOptions & Partial<Record<(typeof PIANO_ONLY)[number], unknown>>,
): void {
  if (kind === "performance" && options.instruments) {
    throw new UsageError(
      `--instruments needs a model of several instruments, and ${options.model} plays the piano`,
      "omit --instruments, or choose another --model",
    );
  }
  const wrong = kind === "arrival" ? PIANO_ONLY.find((key) => options[key] !== undefined) : undefined;
  if (wrong !== undefined) {
    throw new UsageError(
      `--${wrong} needs a piano model, and ${options.model} is a model of several instruments`,
      `omit --${wrong}, or choose another --model`,
    );
  }
}

/** The sampling options; the defaults of these three are those of the piano model, so they apply only if given. */
export function bandSampling(options: BandCommandOptions, command: Command): SamplingOptions {
  const isGiven = (key: string): boolean => command.getOptionValueSource(key) === "cli";
  const { pitchTemperature, rhythmTemperature, themes, ...sampling } = samplingOf(options);
  return {
    ...sampling,
    ...(isGiven("pitchTemperature") && { pitchTemperature }),
    ...(isGiven("rhythmTemperature") && { rhythmTemperature }),
    ...(isGiven("themes") && { themes }),
  };
}

/** Loads the model of the options; warnings and progress go to the console. */
export function loadBand(options: BandCommandOptions, console: Console): Promise<BandModel> {
  return loadBandModel(options.model, loadingOptions(options, console));
}
