import { ARRIVAL_55028, type ArrivalIdMeaning, type ArrivalVocabulary } from "./vocabulary.ts";

/** Tracks the time of the ids of a window. Controls come before their time and do not advance it. */
export class ArrivalClock {
  readonly #vocabulary: ArrivalVocabulary;
  #base: number;
  #step: number;
  #onsets = 0;

  /** @param startStep step at which the window begins. */
  constructor(startStep = 0, vocabulary: ArrivalVocabulary = ARRIVAL_55028) {
    this.#base = startStep;
    this.#step = startStep;
    this.#vocabulary = vocabulary;
  }

  /** Onset of the last event, in steps of 10 ms from the start of its piece. */
  get step(): number {
    return this.#step;
  }

  /** Number of notes so far, without controls. */
  get onsets(): number {
    return this.#onsets;
  }

  /**
   * Adds the next id and returns its meaning.
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
