/** The allowed values of a numeric option: numbers or whole numbers, both ends included. */
export interface OptionRange {
  readonly minimum: number;
  readonly maximum: number;
  readonly isInteger: boolean;
}

/** The largest seed: whole numbers up to here are exact in JavaScript. */
export const MAX_SEED = Number.MAX_SAFE_INTEGER;

/** The ranges of the sampling options. Apart from `SAMPLING_OPTIONS`, whose help texts the page's worker does not need. */
export const OPTION_RANGES = {
  temperature: { minimum: 0, maximum: 10, isInteger: false },
  pitchTemperature: { minimum: 0.05, maximum: 10, isInteger: false },
  rhythmTemperature: { minimum: 0.05, maximum: 10, isInteger: false },
  themes: { minimum: 0, maximum: 3, isInteger: false },
  topNSigma: { minimum: 0, maximum: 10, isInteger: false },
  topK: { minimum: 1, maximum: 100_000, isInteger: true },
  topP: { minimum: 0, maximum: 1, isInteger: false },
  minP: { minimum: 0, maximum: 1, isInteger: false },
  typicalP: { minimum: 0, maximum: 1, isInteger: false },
  repetitionPenalty: { minimum: 1, maximum: 10, isInteger: false },
  seed: { minimum: 0, maximum: MAX_SEED, isInteger: true },
} as const satisfies Readonly<Record<string, OptionRange>>;

/** The name of a numeric option: those of the command line and of the page. */
export type NumberOptionKey = keyof typeof OPTION_RANGES;

/** The names of the numeric options. */
export const NUMBER_OPTION_KEYS = Object.keys(OPTION_RANGES) as NumberOptionKey[];
