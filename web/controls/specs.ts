/** The settings of the page. Sampling options come from the same table as those of the command line. */
import {
  DYNAMICS_OPTION,
  type DynamicsName,
  type NumberOption,
  type NumberOptionKey,
  type OptionSlider,
  SAMPLING_OPTIONS,
  type SamplingOptions,
} from "../../src/index.ts";
import { DENSITY_NAMES, type DensityName, STYLE_NAMES, type StyleName } from "../../encoding/index.ts";
import type { ChoiceSpec } from "./choice-setting.ts";
import type { NumberSpec } from "./number-setting.ts";
import type { PageOptions } from "./page-options.ts";

export const FIRST_KEYS = keysAt("first");
export const MORE_KEYS = keysAt("more");

/** What a musician calls an option. */
const LABELS: Readonly<Partial<Record<NumberOptionKey, string>>> = { temperature: "adventurousness" };

/** The setting for an option, labelled as its flag is spelled, or in a musician's words. */
export function samplingSpec(key: NumberOptionKey): NumberSpec {
  const { flag, isOfMusic: _, slider, ...option } = optionOf(key);
  if (!slider) throw new TypeError(`the option "${key}" has no slider`);
  const spec = { ...option, label: LABELS[key] ?? flag.slice(2), slider };
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
  none: "endless",
  unit: "s",
  help: "length of the piece in seconds; empty: endless",
  slider: { minimum: 10, maximum: 300, step: 10 },
};

export const TEMPO: NumberSpec = {
  key: "tempo",
  label: "tempo",
  minimum: 25,
  maximum: 400,
  isInteger: false,
  fallback: 100,
  unit: "%",
  help: "playback speed in percent: 200 is twice as fast; the notes stay unchanged",
  slider: { minimum: 50, maximum: 200, step: 5 },
};

const STYLE: ChoiceSpec<StyleName> = {
  key: "style",
  label: "style",
  help: "style of the new music: pop arrangements, concert music, or the repertoire of player pianos",
  none: "any",
  values: STYLE_NAMES,
};

const DENSITY: ChoiceSpec<DensityName> = {
  key: "density",
  label: "density",
  help: "how many notes a second the new music has",
  none: "any",
  values: DENSITY_NAMES,
};

const DYNAMICS: ChoiceSpec<DynamicsName> = {
  ...DYNAMICS_OPTION,
  label: "dynamics",
  none: "any",
  values: DYNAMICS_OPTION.choices,
};

/** In the order of the page. */
export const CHOICES: readonly ChoiceSpec<string>[] = [STYLE, DENSITY, DYNAMICS];

export const ENDING = {
  key: "ending",
  label: "ending",
  help: "compose an ending near the length, instead of a cut",
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
export function changedOptions(options: PageOptions): string[] {
  const numbers = [...FIRST_KEYS, ...MORE_KEYS].flatMap((key) => {
    const { label, fallback } = samplingSpec(key);
    const value = options[key];
    return value === undefined || value === fallback ? [] : [`${label} ${value}`];
  });
  return [
    ...CHOICES.flatMap(({ key }) => options[key] ?? []),
    ...numbers,
    ...(options.ending ? ["ending"] : []),
  ];
}
