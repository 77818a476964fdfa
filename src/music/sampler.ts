import type { Vocabulary } from "../../encoding/index.ts";
import { Sampler } from "../engine/index.ts";
import {
  PITCH_TEMPERATURE,
  RHYTHM_TEMPERATURE,
  samplingOf,
  type SamplingOptions,
  THEMES,
} from "../options.ts";

/**
 * A sampler with separate temperatures for note-ons and time shifts, and with dynamics.
 *
 * @throws OptionError when an option is out of range.
 */
export function musicSampler(options: SamplingOptions, vocabulary: Vocabulary): Sampler {
  return new Sampler(
    {
      ...samplingOf(options),
      pitchTemperature: options.pitchTemperature ?? PITCH_TEMPERATURE,
      rhythmTemperature: options.rhythmTemperature ?? RHYTHM_TEMPERATURE,
      themes: options.themes ?? THEMES,
    },
    vocabulary.range("NOTE_ON"),
    vocabulary.range("VELOCITY"),
    vocabulary.range("TIME_SHIFT"),
  );
}
