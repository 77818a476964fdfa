/** The settings of the page. Sampling options come from the same table as those of the command line. */
import { type NumberOption, SAMPLING_OPTIONS, type SamplingOptions } from "../../src/index.ts";
import type { NumberSpec } from "./number-setting.ts";

type SliderKey =
  | "temperature"
  | "pitchTemperature"
  | "topK"
  | "topP"
  | "minP"
  | "typicalP"
  | "repetitionPenalty";

/** Ranges of the sliders; a typed number may use the whole range of the option. */
const SLIDERS: Readonly<Record<SliderKey, NumberSpec["slider"]>> = {
  temperature: { minimum: 0, maximum: 2, step: 0.05 },
  pitchTemperature: { minimum: 0.5, maximum: 1.5, step: 0.05 },
  topP: { minimum: 0, maximum: 1, step: 0.01 },
  topK: { minimum: 1, maximum: 100, step: 1 },
  minP: { minimum: 0, maximum: 0.5, step: 0.01 },
  typicalP: { minimum: 0, maximum: 1, step: 0.01 },
  repetitionPenalty: { minimum: 1, maximum: 2, step: 0.01 },
};

export const FIRST_KEYS: readonly SliderKey[] = ["temperature", "topP"];
export const MORE_KEYS: readonly SliderKey[] = [
  "pitchTemperature",
  "topK",
  "minP",
  "typicalP",
  "repetitionPenalty",
];

/** The setting for an option, labelled as its flag is spelled. */
export function samplingSpec(key: SliderKey): NumberSpec {
  const { flag, isOfMusic: _, ...option } = optionOf(key);
  const spec = { ...option, label: flag.slice(2), slider: SLIDERS[key] };
  return option.fallback === undefined ? { ...spec, none: "all" } : spec;
}

export const LENGTH: NumberSpec = {
  key: "seconds",
  label: "length",
  minimum: 1,
  maximum: 3600,
  isInteger: false,
  fallback: undefined,
  none: "∞",
  help: "length of the piece in seconds; empty: endless",
  slider: { minimum: 10, maximum: 300, step: 10 },
};

export const TEMPO: NumberSpec = {
  key: "tempo",
  label: "tempo",
  minimum: 0.25,
  maximum: 4,
  isInteger: false,
  fallback: 1,
  help: "playback speed: 2 is twice as fast; the notes stay unchanged",
  slider: { minimum: 0.5, maximum: 2, step: 0.05 },
};

export const VOLUME: NumberSpec = {
  key: "volume",
  label: "volume",
  minimum: 0,
  maximum: 1,
  isInteger: false,
  fallback: 0.8,
  help: "loudness of the playback",
  slider: { minimum: 0, maximum: 1, step: 0.05 },
};

export function optionOf(key: keyof SamplingOptions): NumberOption {
  const option = SAMPLING_OPTIONS.find((candidate) => candidate.key === key);
  if (option) return option;
  throw new TypeError(`no option "${key}"`);
}
