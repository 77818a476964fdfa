/** The ids that the network reads: the last triples of a growing sequence, with onsets from the start of the window. */
import {
  type ArrivalVocabulary,
  encodeWindow,
  lastWindow,
  type TimedEvent,
} from "../../../encoding/index.ts";

/** The number of triples that remain after a full window was shortened. */
const KEPT_TRIPLES = 170;

export interface ArrivalWindowOptions {
  readonly vocabulary: ArrivalVocabulary;
  /** Whether the sequence contains controls, now or later: the first id of each window depends on it. */
  readonly isAnticipating: boolean;
  /** Number of ids that the network can read. */
  readonly positions: number;
  /** The number of triples that remain after a full window was shortened. Default 170; at most a full window. */
  readonly keptTriples?: number | undefined;
}

/**
 * The window of a sequence. When it is full, by number of triples or by time, it is shortened to about half, and only then its onsets are
 * renumbered. So the key/value cache stays valid in between. The authors' code moves the window by one triple for each note instead, which
 * changes every onset id.
 */
export class ArrivalSequenceWindow {
  readonly #vocabulary: ArrivalVocabulary;
  readonly #isAnticipating: boolean;
  readonly #maxTriples: number;
  readonly #keptTriples: number;
  #events: TimedEvent[] = [];
  #startStep = 0;

  constructor({ vocabulary, isAnticipating, positions, keptTriples = KEPT_TRIPLES }: ArrivalWindowOptions) {
    this.#vocabulary = vocabulary;
    this.#isAnticipating = isAnticipating;
    // The first id and the triple that is being sampled are subtracted.
    const fitting = Math.floor((positions - 1) / 3) - 1;
    this.#maxTriples = Math.min(vocabulary.windowTriples - 2, fitting);
    this.#keptTriples = Math.max(1, Math.min(keptTriples, this.#maxTriples));
  }

  /** Step that was subtracted from the onsets of the last `ids`. */
  get startStep(): number {
    return this.#startStep;
  }

  push(event: TimedEvent): void {
    this.#events.push(event);
  }

  /**
   * The ids to read before the next triple.
   *
   * @param step time of the last event. The onset ids of the window then suffice for the longest rest after it and for the controls.
   */
  ids(step: number): readonly number[] {
    const vocabulary = this.#vocabulary;
    const throughStep = step + vocabulary.restSteps + vocabulary.anticipationSteps;
    const options = { vocabulary, isAnticipating: this.#isAnticipating };
    const fitting = lastWindow(this.#events, throughStep, { ...options, triples: this.#maxTriples });
    if (triplesOf(fitting.ids) < this.#events.length) {
      // Full by time: about half of the time remains, or each further event would change the window.
      const isFullByTime = this.#events.length <= this.#maxTriples;
      const margin = isFullByTime ? Math.floor((vocabulary.onsets - (throughStep - step)) / 2) : 0;
      const kept = lastWindow(this.#events, throughStep + margin, { ...options, triples: this.#keptTriples });
      this.#events = this.#events.slice(this.#events.length - triplesOf(kept.ids));
    }
    const { ids, startStep } = encodeWindow(this.#events, options);
    this.#startStep = startStep;
    return [...ids];
  }
}

function triplesOf(ids: ArrayLike<number>): number {
  return (ids.length - 1) / 3;
}
