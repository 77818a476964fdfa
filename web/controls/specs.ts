/** The settings of the page. Sampling options come from the same table as those of the command line. */
import {
  type NumberOption,
  type NumberOptionKey,
  type OptionSlider,
  SAMPLING_OPTIONS,
  type SamplingOptions,
} from "../../src/index.ts";
import type { NumberSpec } from "./number-setting.ts";

export const FIRST_KEYS = keysAt("first");
export const MORE_KEYS = keysAt("more");

/** The setting for an option, labelled as its flag is spelled. */
export function samplingSpec(key: NumberOptionKey): NumberSpec {
  const { flag, isOfMusic: _, slider, ...option } = optionOf(key);
  if (!slider) throw new TypeError(`the option "${key}" has no slider`);
  const spec = { ...option, label: flag.slice(2), slider };
  return option.fallback === undefined ? { ...spec, none: "all" } : spec;
}

function keysAt(place: OptionSlider["place"]): readonly NumberOptionKey[] {
  return SAMPLING_OPTIONS.filter(({ slider }) => slider?.place === place).map(({ key }) => key);
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

/** The options that differ from their defaults, as the page names them. */
export function changedOptions(options: SamplingOptions): string[] {
  return [...FIRST_KEYS, ...MORE_KEYS].flatMap((key) => {
    const { label, fallback } = samplingSpec(key);
    const value = options[key];
    return value === undefined || value === fallback ? [] : [`${label} ${value}`];
  });
}
