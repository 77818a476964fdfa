import type { Vocabulary, VocabularyEvent } from "./vocabulary.ts";

/** Follows a performance and tells how far it is. It keeps nothing of what was, so a performance may go on for ever. */
export class PerformanceClock {
  readonly #vocabulary: Vocabulary;
  #step = 0;
  #onsets = 0;

  constructor(vocabulary: Vocabulary) {
    this.#vocabulary = vocabulary;
  }

  /** Time of the last event, in steps of 10 ms. */
  get step(): number {
    return this.#step;
  }

  /** Note-ons so far. */
  get onsets(): number {
    return this.#onsets;
  }

  /**
   * Takes the next id; returns its event.
   *
   * @throws VocabularyError for an id outside the vocabulary.
   */
  push(id: number): VocabularyEvent {
    const event = this.#vocabulary.event(id);
    if (event.kind === "TIME_SHIFT") this.#step += event.value;
    else if (event.kind === "NOTE_ON") this.#onsets += 1;
    return event;
  }
}
