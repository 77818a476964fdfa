import { ARRIVAL_55028, type ArrivalIdMeaning, type ArrivalVocabulary } from "./vocabulary.ts";

/** Follows the ids of a window and tells how far the music is. Controls stand ahead of their time and do not move it. */
export class ArrivalClock {
  readonly #vocabulary: ArrivalVocabulary;
  #base: number;
  #step: number;
  #onsets = 0;

  /** @param startStep the step at which the window begins. */
  constructor(startStep = 0, vocabulary: ArrivalVocabulary = ARRIVAL_55028) {
    this.#base = startStep;
    this.#step = startStep;
    this.#vocabulary = vocabulary;
  }

  /** Onset of the last event, in steps of 10 ms from the start of its piece. */
  get step(): number {
    return this.#step;
  }

  /** Notes so far, controls left out. */
  get onsets(): number {
    return this.#onsets;
  }

  /**
   * Takes the next id; returns its meaning.
   *
   * @throws ArrivalError for an id outside the vocabulary.
   */
  push(id: number): ArrivalIdMeaning {
    const meaning = this.#vocabulary.meaning(id);
    if (meaning.kind === "ONSET") this.#step = this.#base + meaning.value;
    else if (meaning.kind === "NOTE") this.#onsets += 1;
    else if (meaning.kind === "SEPARATOR") this.#base = this.#step = 0;
    return meaning;
  }
}
