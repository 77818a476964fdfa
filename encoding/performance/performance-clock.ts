import type { Vocabulary, VocabularyEvent } from "./vocabulary.ts";

/** The time and the number of note-ons after a sequence of ids. It stores no events, so sequences can be endless. */
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

  /** Number of note-ons so far. */
  get onsets(): number {
    return this.#onsets;
  }

  /**
   * Adds the next id; returns its event.
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
