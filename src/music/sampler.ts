import type { Vocabulary } from "../../encoding/index.ts";
import { Sampler } from "../engine/index.ts";
import { PITCH_TEMPERATURE, samplingOf, type SamplingOptions } from "../options.ts";

/**
 * A sampler with a separate temperature for note-ons, and with dynamics.
 *
 * @throws OptionError when an option is out of range.
 */
export function musicSampler(options: SamplingOptions, vocabulary: Vocabulary): Sampler {
  return new Sampler(
    { ...samplingOf(options), pitchTemperature: options.pitchTemperature ?? PITCH_TEMPERATURE },
    vocabulary.range("NOTE_ON"),
    vocabulary.range("VELOCITY"),
  );
}
