import type { Vocabulary } from "../../encoding/index.ts";
import { Sampler } from "../engine/index.ts";
import {
  PITCH_TEMPERATURE,
  RHYTHM_TEMPERATURE,
  samplingOf,
  type SamplingOptions,
  THEMES,
} from "../options.ts";
import { rhythmTemperatureAfter } from "./quantized-rhythm.ts";

/**
 * A sampler with separate temperatures for note-ons and time shifts, and with dynamics.
 *
 * @param before the music that is continued, as ids; a quantized rhythm of it lowers the rhythm temperature.
 * @throws OptionError when an option is out of range.
 */
export function musicSampler(
  options: SamplingOptions,
  vocabulary: Vocabulary,
  before: readonly number[] = [],
): Sampler {
  const { rhythmTemperature = RHYTHM_TEMPERATURE } = options;
  return new Sampler(
    {
      ...samplingOf(options),
      pitchTemperature: options.pitchTemperature ?? PITCH_TEMPERATURE,
      rhythmTemperature: rhythmTemperatureAfter(vocabulary, before, rhythmTemperature),
      themes: options.themes ?? THEMES,
    },
    vocabulary.range("NOTE_ON"),
    vocabulary.range("VELOCITY"),
    vocabulary.range("TIME_SHIFT"),
  );
}
