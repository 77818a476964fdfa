/** The options of generation: one table for the library, the command line and the page. */
import { type Precision, PRECISIONS } from "../models/index.ts";
import { HintedError, type HintedErrorDetails } from "./errors.ts";
import {
  NUMBER_OPTION_KEYS,
  type NumberOptionKey,
  OPTION_RANGES,
  type OptionRange,
} from "./option-ranges.ts";

export { MAX_SEED, type NumberOptionKey } from "./option-ranges.ts";

/**
 * Default pitch temperature of music. At 1.0, pitches drift off key and motifs do not recur. Chosen among 1, 0.85 and 0.8 on
 * the `dev` pieces (docs/experiments/piano.md).
 */
export const PITCH_TEMPERATURE = 0.85;

/**
 * Default rhythm temperature of music. At 1.0, notes come less regularly than people's. Chosen on the `dev` pieces
 * (docs/experiments/piano.md).
 */
export const RHYTHM_TEMPERATURE = 0.75;

/**
 * Default strength of returning themes. At 1, music repeats itself as exactly as people's, as far as the weights were fitted to it
 * (docs/experiments/piano.md).
 */
export const THEMES = 1;

/** Dynamic marks with the MIDI velocity of each; a mark covers an eighth of the range. */
export const DYNAMICS = { pp: 24, p: 40, mp: 56, mf: 72, f: 88, ff: 104 } as const;

/** A dynamic mark. */
export type DynamicsName = keyof typeof DYNAMICS;

/** How the next id is sampled. By default ids come from the unchanged distribution of the model, except pitches. */
export interface SamplingOptions {
  /** Divides the logits: below 1 the choice is more predictable, above 1 more varied; 0 takes the most likely id. Default 1. */
  readonly temperature?: number;
  /**
   * Temperature of the note-on ids only; their total probability, and so the note density, stays the same. Music only.
   * Default 0.85.
   */
  readonly pitchTemperature?: number;
  /**
   * Temperature of the time shifts only; their total probability and their mean, and so about the note density, stay the same. Models of
   * the piano only. Default 0.75. Below 1, and where continued music has a quantized rhythm, its power of 3.5 counts instead.
   */
  readonly rhythmTemperature?: number;
  /**
   * Strength of the theme memory, which raises the probability of the events after an earlier occurrence of the last notes: 0 is off, 1 is
   * fitted to human music. In continuations it is stronger in two of five passages, at random by the seed. Models of the piano only. Default 1.
   */
  readonly themes?: number;
  /** Exclude ids whose logit is more than this many standard deviations below the highest (Tang et al. 2024). Default 0: none. */
  readonly topNSigma?: number;
  /** Keep the `topK` most likely ids, and ties with the last of them. Default: all. */
  readonly topK?: number;
  /** Nucleus sampling (Holtzman et al. 2020): keep the most likely ids until their probabilities reach this sum. Default 1: all. */
  readonly topP?: number;
  /** Exclude ids less likely than this fraction of the highest probability. Default 0: none. */
  readonly minP?: number;
  /** Locally typical sampling (Meister et al. 2023): probability mass to keep. Default 1: all. */
  readonly typicalP?: number;
  /** Values above 1 make ids in the window less likely (Keskar et al. 2019). Default 1: no penalty. */
  readonly repetitionPenalty?: number;
  /** Loudness of the new music, from pp to ff. Music with loudness only. Default: as the model plays. */
  readonly dynamics?: DynamicsName;
  /** Added to the logits, by id. */
  readonly logitBias?: ReadonlyMap<number, number>;
  /** Seed of the random numbers; the same seed and options give the same ids. Default: random. */
  readonly seed?: number;
}

/** A numeric option: its names, range, default and description. */
export interface NumberOption extends OptionRange {
  readonly key: NumberOptionKey;
  readonly flag: string;
  /** The default; undefined if it is not one number. */
  readonly fallback: number | undefined;
  /** Whether only music has it. */
  readonly isOfMusic?: boolean;
  /** One line for help texts and tooltips. */
  readonly help: string;
  /** Its slider on the page. Default: none. */
  readonly slider?: OptionSlider;
}

/** The range of a slider, which may be smaller than that of the option, and its place among the settings of the page. */
export interface OptionSlider {
  readonly minimum: number;
  readonly maximum: number;
  readonly step: number;
  readonly place: "first" | "more";
}

const DESCRIPTIONS: readonly Omit<NumberOption, keyof OptionRange>[] = [
  {
    key: "temperature",
    flag: "--temperature",
    fallback: 1,
    help: "how daring the playing is: low stays predictable, high surprises, then turns chaotic; 0 always plays the most likely event",
    slider: { minimum: 0, maximum: 2, step: 0.05, place: "first" },
  },
  {
    key: "pitchTemperature",
    flag: "--pitch-temperature",
    fallback: PITCH_TEMPERATURE,
    isOfMusic: true,
    help: "how daring the choice of pitches is, apart from the rhythm: lower keeps to the key",
    slider: { minimum: 0.5, maximum: 1.5, step: 0.05, place: "more" },
  },
  {
    key: "rhythmTemperature",
    flag: "--rhythm-temperature",
    fallback: RHYTHM_TEMPERATURE,
    isOfMusic: true,
    help: "how daring the rhythm is, at about the same number of notes: lower keeps to the beat; models of the piano only",
    slider: { minimum: 0.5, maximum: 1.5, step: 0.05, place: "more" },
  },
  {
    key: "themes",
    flag: "--themes",
    fallback: THEMES,
    isOfMusic: true,
    help: "how much earlier themes return: 0 leaves it to the model, 1 is as in people's music, above 1 more; models of the piano only",
    slider: { minimum: 0, maximum: 2, step: 0.1, place: "more" },
  },
  {
    key: "topNSigma",
    flag: "--top-n-sigma",
    fallback: 0,
    help: "exclude events this many standard deviations below the most likely one, the same ones at every temperature; 0 excludes none",
    slider: { minimum: 0, maximum: 5, step: 0.1, place: "more" },
  },
  {
    key: "topK",
    flag: "--top-k",
    fallback: undefined,
    help: "choose among this many of the most likely events",
    slider: { minimum: 1, maximum: 100, step: 1, place: "more" },
  },
  {
    key: "topP",
    flag: "--top-p",
    fallback: 1,
    help: "choose among the most likely events whose probabilities add up to this: lower avoids wrong notes",
    slider: { minimum: 0, maximum: 1, step: 0.01, place: "more" },
  },
  {
    key: "minP",
    flag: "--min-p",
    fallback: 0,
    help: "exclude events less likely than this fraction of the most likely one",
    slider: { minimum: 0, maximum: 0.5, step: 0.01, place: "more" },
  },
  {
    key: "typicalP",
    flag: "--typical-p",
    fallback: 1,
    help: "exclude events that are too surprising or too obvious at their place: lower excludes more, 1 none",
    slider: { minimum: 0, maximum: 1, step: 0.01, place: "more" },
  },
  {
    key: "repetitionPenalty",
    flag: "--repetition-penalty",
    fallback: 1,
    help: "values above 1 make recent events less likely",
    slider: { minimum: 1, maximum: 2, step: 0.01, place: "more" },
  },
  {
    key: "seed",
    flag: "--seed",
    fallback: undefined,
    help: "number that starts the random choices: the same seed and options give the same result",
  },
];

/**
 * The table that the command line with its help texts and the page read.
 *
 * @example
 * SAMPLING_OPTIONS.find(({ key }) => key === "topP")?.maximum; // 1
 */
export const SAMPLING_OPTIONS: readonly NumberOption[] = /* @__PURE__ */ DESCRIPTIONS.map((option) => ({
  ...option,
  ...OPTION_RANGES[option.key],
}));

/** The loudness of the new music. Its default is that of the model. */
export const DYNAMICS_OPTION = {
  key: "dynamics",
  flag: "--dynamics",
  choices: ["pp", "p", "mp", "mf", "f", "ff"],
  help: "how loud the new music is, from very soft (pp) to very loud (ff)",
} as const satisfies { readonly choices: readonly DynamicsName[]; readonly [key: string]: unknown };

/** Storage and arithmetic of the matrices of a model. It changes the results slightly. */
export const PRECISION_OPTION = {
  key: "precision",
  flag: "--precision",
  choices: PRECISIONS,
  fallback: "fp32",
  help: "how exact the computation is: fp32 uses 32-bit numbers; int8 uses 8-bit numbers, is faster, needs a quarter of the memory and changes the results slightly; int4 uses 4-bit numbers, needs a seventh of the memory and changes the results more; auto uses int8 for large models",
} as const;

/** @throws OptionError unless it is one of the choices. */
export function checkPrecision(value: string): Precision {
  return choiceOf(PRECISION_OPTION, value);
}

function choiceOf<C extends string>(
  { key, choices }: { readonly key: string; readonly choices: readonly C[] },
  value: string,
): C {
  const found = choices.find((choice) => choice === value);
  if (found !== undefined) return found;
  throw new OptionError(`${key} must be ${choices.join(" or ")}, got ${JSON.stringify(value)}`, {
    code: "unknown-choice",
    hint: "choose one of them",
  });
}

/** What is wrong with an option; `OptionError.code` is one of these. */
export type OptionErrorCode = "out-of-range" | "unknown-choice" | "missing-option" | "not-for-this-model";

/** Thrown for an option outside its range. The message names the option, the value and the range. */
export class OptionError extends HintedError<OptionErrorCode> {
  override readonly name = "OptionError";

  constructor(found: string, details: HintedErrorDetails<OptionErrorCode> = OUT_OF_RANGE) {
    super(found, details);
  }
}

/** The hint of most of these errors. */
const OUT_OF_RANGE = {
  code: "out-of-range",
  hint: "use a value in this range, or omit the option",
} as const;

/** What is wrong with a value for an option, or undefined. */
export function problemWith({ minimum, maximum, isInteger }: OptionRange, value: number): string | undefined {
  if (value >= minimum && value <= maximum && (!isInteger || Number.isInteger(value))) return undefined;
  return `must be a ${isInteger ? "whole number" : "number"} from ${minimum} to ${maximum}, got ${value}`;
}

/** @throws OptionError for the first option outside its range. */
export function checkSampling(options: SamplingOptions): void {
  for (const key of NUMBER_OPTION_KEYS) {
    const value = options[key];
    const problem = value === undefined ? undefined : problemWith(OPTION_RANGES[key], value);
    if (problem !== undefined) throw new OptionError(`${key} ${problem}`);
  }
  if (options.dynamics !== undefined) choiceOf(DYNAMICS_OPTION, options.dynamics);
  for (const [id, bias] of options.logitBias ?? []) {
    if (Number.isNaN(bias) || bias === Infinity) {
      throw new OptionError(`logitBias of id ${id} is ${bias}`, {
        code: "out-of-range",
        hint: "use a finite number, or -Infinity to exclude the id",
      });
    }
  }
}

/** Picks the sampling options that are set from an object with others. */
export function samplingOf(options: SamplingOptions): SamplingOptions {
  const keys: readonly (keyof SamplingOptions)[] = [...NUMBER_OPTION_KEYS, "dynamics", "logitBias"];
  return Object.fromEntries(keys.flatMap((key) => (options[key] === undefined ? [] : [[key, options[key]]])));
}

/** A random seed below a million: short enough to write down. */
export function randomSeed(): number {
  return Math.floor(Math.random() * 1_000_000);
}
