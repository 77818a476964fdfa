/**
 * The options of generation: one table for the library, the command line and the page, so that names, ranges and
 * defaults cannot differ.
 */
import { type Precision, PRECISIONS } from "../models/index.ts";
import { HintedError, type HintedErrorDetails } from "./errors.ts";

/** The largest seed: whole numbers up to here are exact in JavaScript. */
export const MAX_SEED = Number.MAX_SAFE_INTEGER;

/**
 * The pitch temperature of music where none is chosen: drawn as they are, pitches stray from the key and what was played does
 * not come back, least so after minutes. Of 1, 0.85 and 0.8 chosen on `dev` (models/piano/README.md).
 */
export const PITCH_TEMPERATURE = 0.85;

/** How the next id is drawn. All are optional; the defaults draw from the model's own distribution, but for pitches. */
export interface SamplingOptions {
  /** Divides the logits: below 1 safer, above 1 bolder; 0 always takes the likeliest id. Default 1. */
  readonly temperature?: number;
  /**
   * Divides the logits of the notes that may begin, which together stay as likely as they are: below 1 safer pitches, above 1
   * bolder ones, at the same pace. Music only. Default 0.85.
   */
  readonly pitchTemperature?: number;
  /** Keep only the `topK` likeliest ids, and ties with the last of them. Default: all. */
  readonly topK?: number;
  /** Keep the likeliest ids until their probabilities reach this sum. Default 1: all. */
  readonly topP?: number;
  /** Drop ids less likely than this share of the likeliest one's probability. Default 0: none. */
  readonly minP?: number;
  /** Keep the ids of the most typical information content until their probabilities reach this sum. Default 1: all. */
  readonly typicalP?: number;
  /** Above 1: ids that came within the model's window become less likely. Default 1: no penalty. */
  readonly repetitionPenalty?: number;
  /** Numbers added to the logits of some ids. */
  readonly logitBias?: ReadonlyMap<number, number>;
  /** Chooses the random numbers; the same seed and options give the same ids. Default: a random one. */
  readonly seed?: number;
}

/** The options that are numbers: all that the command line and the page offer. */
export type NumberOptionKey = Exclude<keyof SamplingOptions, "logitBias">;

/** An option that is a number: its spelling in code and on the command line, its range, and what it does. */
export interface NumberOption {
  readonly key: NumberOptionKey;
  readonly flag: string;
  /** The least and the greatest value allowed, both included. */
  readonly minimum: number;
  readonly maximum: number;
  readonly isInteger: boolean;
  /** What applies when the option is not given; undefined where that is not one number. */
  readonly fallback: number | undefined;
  /** Whether only music has it. */
  readonly isOfMusic?: boolean;
  /** One line for help texts and tooltips. */
  readonly help: string;
}

/**
 * The table that `checkSampling`, the command line and the page's sliders read.
 *
 * @example
 * SAMPLING_OPTIONS.find(({ key }) => key === "topP")?.maximum; // 1
 */
export const SAMPLING_OPTIONS: readonly NumberOption[] = [
  {
    key: "temperature",
    flag: "--temperature",
    minimum: 0,
    maximum: 10,
    isInteger: false,
    fallback: 1,
    help: "higher: bolder, then messier; 0 always takes the likeliest",
  },
  {
    key: "pitchTemperature",
    flag: "--pitch-temperature",
    minimum: 0.05,
    maximum: 10,
    isInteger: false,
    fallback: PITCH_TEMPERATURE,
    isOfMusic: true,
    help: "as temperature, but only for which note comes, not for when: lower keeps to the key",
  },
  {
    key: "topK",
    flag: "--top-k",
    minimum: 1,
    maximum: 100_000,
    isInteger: true,
    fallback: undefined,
    help: "choose among this many of the likeliest only",
  },
  {
    key: "topP",
    flag: "--top-p",
    minimum: 0,
    maximum: 1,
    isInteger: false,
    fallback: 1,
    help: "choose among the likeliest that together have this probability",
  },
  {
    key: "minP",
    flag: "--min-p",
    minimum: 0,
    maximum: 1,
    isInteger: false,
    fallback: 0,
    help: "drop what is less likely than this share of the likeliest",
  },
  {
    key: "typicalP",
    flag: "--typical-p",
    minimum: 0,
    maximum: 1,
    isInteger: false,
    fallback: 1,
    help: "choose among the least surprising and least obvious with this probability",
  },
  {
    key: "repetitionPenalty",
    flag: "--repetition-penalty",
    minimum: 1,
    maximum: 10,
    isInteger: false,
    fallback: 1,
    help: "above 1: what came lately becomes less likely",
  },
  {
    key: "seed",
    flag: "--seed",
    minimum: 0,
    maximum: MAX_SEED,
    isInteger: true,
    fallback: undefined,
    help: "the same seed and options give the same result",
  },
];

/** How a model's matrices are kept and multiplied with: the one option of loading a model that changes what it says. */
export const PRECISION_OPTION = {
  key: "precision",
  flag: "--precision",
  choices: PRECISIONS,
  fallback: "fp32",
  help: "of the arithmetic: int8 is faster and takes a quarter of the memory, auto takes it for large models",
} as const;

/** @throws OptionError unless it is one of the choices. */
export function checkPrecision(value: string): Precision {
  const precision = PRECISIONS.find((choice) => choice === value);
  if (precision) return precision;
  throw new OptionError(`precision must be ${PRECISIONS.join(" or ")}, got ${JSON.stringify(value)}`, {
    code: "unknown-choice",
    hint: "take one of them",
  });
}

/** What is wrong with an option; `OptionError.code` is one of these. */
export type OptionErrorCode = "out-of-range" | "unknown-choice" | "missing-option" | "not-for-this-model";

/** Thrown for an option outside its range; names the option, the value and the range. */
export class OptionError extends HintedError<OptionErrorCode> {
  override readonly name = "OptionError";

  constructor(found: string, details: HintedErrorDetails<OptionErrorCode> = OUT_OF_RANGE) {
    super(found, details);
  }
}

/** What to do about most of them: the message names the range. */
const OUT_OF_RANGE = {
  code: "out-of-range",
  hint: "give a value in this range, or leave the option out",
} as const;

/** What is wrong with a value for an option, or undefined. */
export function problemWith(
  option: Pick<NumberOption, "minimum" | "maximum" | "isInteger">,
  value: number,
): string | undefined {
  const { minimum, maximum, isInteger } = option;
  if (value >= minimum && value <= maximum && (!isInteger || Number.isInteger(value))) return undefined;
  return `must be a ${isInteger ? "whole number" : "number"} from ${minimum} to ${maximum}, got ${value}`;
}

/** @throws OptionError for the first option outside its range. */
export function checkSampling(options: SamplingOptions): void {
  for (const option of SAMPLING_OPTIONS) {
    const value = options[option.key];
    const problem = value === undefined ? undefined : problemWith(option, value);
    if (problem !== undefined) throw new OptionError(`${option.key} ${problem}`);
  }
  for (const [id, bias] of options.logitBias ?? []) {
    if (Number.isNaN(bias) || bias === Infinity) {
      throw new OptionError(`logitBias of id ${id} is ${bias}`, {
        code: "out-of-range",
        hint: "give a finite number, or -Infinity to exclude the id",
      });
    }
  }
}

/** The options of sampling among others, those that are given: what a `Sampler` is made with. */
export function samplingOf(options: SamplingOptions): SamplingOptions {
  const keys: readonly (keyof SamplingOptions)[] = [...SAMPLING_OPTIONS.map(({ key }) => key), "logitBias"];
  return Object.fromEntries(keys.flatMap((key) => (options[key] === undefined ? [] : [[key, options[key]]])));
}

/** A seed for those who gave none; short enough to be noted down. */
export function randomSeed(): number {
  return Math.floor(Math.random() * 1_000_000);
}
