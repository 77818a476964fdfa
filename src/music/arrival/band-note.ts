/** Generated notes for users: with times in seconds, and samples in words. */
import { type ArrivalVocabulary, DRUMS, idWords } from "../../../encoding/index.ts";
import type { GeneratedId } from "../../engine/index.ts";
import type { BandNote, BandSample } from "./band-options.ts";
import type { NoteWithVelocity } from "./new-parts.ts";

const STEPS_PER_SECOND = 100;

/** Converts notes to `BandNote`s, in their order. */
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

  next(
    note: NoteWithVelocity,
    [onset, duration, key]: readonly [GeneratedId, GeneratedId, GeneratedId],
  ): BandNote {
    // Ids of onsets count from the start of the window.
    const previousOnset = this.#previousStep - (note.onsetStep - onset.id);
    this.#previousStep = note.onsetStep;
    const inWords = (sample: GeneratedId): BandSample => withWords(sample, this.#vocabulary, previousOnset);
    return {
      pitch: note.pitch,
      velocity: note.velocity,
      program: note.instrument === DRUMS ? 0 : note.instrument,
      isPercussion: note.instrument === DRUMS,
      seconds: (note.onsetStep - this.#startStep) / STEPS_PER_SECOND,
      durationSeconds: note.durationSteps / STEPS_PER_SECOND,
      samples: [inWords(onset), inWords(duration), inWords(key)],
    };
  }
}

function withWords(sample: GeneratedId, vocabulary: ArrivalVocabulary, previousOnset: number): BandSample {
  const words = (id: number): string => idWords(id, { vocabulary, previousOnset });
  const { candidates } = sample;
  return {
    ...sample,
    words: words(sample.id),
    candidates: candidates?.map((candidate) => ({ ...candidate, words: words(candidate.id) })),
  };
}
