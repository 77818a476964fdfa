import type { Vocabulary } from "../../encoding/index.ts";
import { Sampler } from "../engine/sampler.ts";
import type { SamplingOptions } from "../options.ts";

/**
 * A sampler that knows which ids begin a note.
 *
 * @throws OptionError when an option is out of range.
 */
export function musicSampler(options: SamplingOptions, vocabulary: Vocabulary): Sampler {
  return new Sampler(
    options,
    vocabulary.ranges.find(({ kind }) => kind === "NOTE_ON"),
  );
}
