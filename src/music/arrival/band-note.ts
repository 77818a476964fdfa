/** Generated notes as the user sees them: times in seconds, and samples in words. */
import { type ArrivalVocabulary, DRUMS, idWords } from "../../../encoding/index.ts";
import type { GeneratedId } from "../../engine/index.ts";
import type { BandNote, BandSample } from "./band-options.ts";
import type { VoicedNote } from "./new-parts.ts";

const STEPS_PER_SECOND = 100;

/** Turns notes into `BandNote`s, in their order. */
export class BandNotes {
  readonly #vocabulary: ArrivalVocabulary;
  readonly #startStep: number;
  #previousStep: number;

  /** @param startStep step at which the new music begins. */
  constructor(vocabulary: ArrivalVocabulary, startStep: number) {
    this.#vocabulary = vocabulary;
    this.#startStep = startStep;
    this.#previousStep = startStep;
  }

  next(note: VoicedNote, [onset, duration, key]: readonly [GeneratedId, GeneratedId, GeneratedId]): BandNote {
    // Ids of onsets count from the start of the window.
    const previousOnset = this.#previousStep - (note.onsetStep - onset.id);
    this.#previousStep = note.onsetStep;
    const worded = (sample: GeneratedId): BandSample => wordedSample(sample, this.#vocabulary, previousOnset);
    return {
      pitch: note.pitch,
      velocity: note.velocity,
      program: note.instrument === DRUMS ? 0 : note.instrument,
      isPercussion: note.instrument === DRUMS,
      seconds: (note.onsetStep - this.#startStep) / STEPS_PER_SECOND,
      durationSeconds: note.durationSteps / STEPS_PER_SECOND,
      samples: [worded(onset), worded(duration), worded(key)],
    };
  }
}

function wordedSample(sample: GeneratedId, vocabulary: ArrivalVocabulary, previousOnset: number): BandSample {
  const words = (id: number): string => idWords(id, { vocabulary, previousOnset });
  const { candidates } = sample;
  return {
    ...sample,
    words: words(sample.id),
    candidates: candidates?.map((candidate) => ({ ...candidate, words: words(candidate.id) })),
  };
}
