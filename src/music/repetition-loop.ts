/** Repetition loops (Holtzman et al. 2020, "The Curious Case of Neural Text Degeneration"): endless trills, tremolos and repeated chords. */
import type { PerformanceState } from "../../encoding/index.ts";
import type { LogitsProcessor } from "../engine/index.ts";

/** The longest period of a loop that is detected, in notes. */
const MAX_PERIOD_NOTES = 8;
/**
 * The longest loop, repetitions included, without a penalty, in notes. Of the 30 s excerpts of `dev`, one in eight has a longer one, and one
 * in twenty has one of more than 18 notes. Of those that a small model generates, one in twenty has one of more than 44 notes, and with this
 * penalty of more than 19.
 */
const MAX_RUN_NOTES = 12;
/** Penalty on the keys of the loop for each note beyond `MAX_RUN_NOTES`, before the pitch temperature. */
const NATS_PER_NOTE = 1;
const MAX_PENALTY_NATS = 8;

/**
 * Penalizes the keys of a repetition loop. In a small model each repetition makes the next one more likely, until no other note is.
 * Loops are detected by the keys only, not by onset times and velocities.
 */
export class RepetitionLoopPenalty {
  /** The keys of the last `MAX_PERIOD_NOTES` note-ons, newest first. */
  readonly #keys: number[] = [];
  /** By period n: the number of consecutive last notes that have the same key as the note n notes before. */
  readonly #runs = Array.from({ length: MAX_PERIOD_NOTES + 1 }, () => 0);

  /** Records a note-on. @param key index of the pitch in the vocabulary. */
  noteOn(key: number): void {
    for (let period = 1; period <= MAX_PERIOD_NOTES; period += 1) {
      this.#runs[period] = this.#keys[period - 1] === key ? this.#runs[period]! + 1 : 0;
    }
    this.#keys.unshift(key);
    if (this.#keys.length > MAX_PERIOD_NOTES) this.#keys.pop();
  }

  /** Biases to add to the logits of keys 0 to `count` − 1, in nats; undefined where there is no loop to penalize. */
  keyBiases(count: number): number[] | undefined {
    // A loop with a period of n notes also has one of 2n: take the shorter period.
    const run = (period: number): number => period + this.#runs[period]!;
    let best = 1;
    for (let period = 2; period <= MAX_PERIOD_NOTES; period += 1) if (run(period) > run(best)) best = period;
    const excess = run(best) - MAX_RUN_NOTES;
    if (excess <= 0) return undefined;
    const biases = Array.from({ length: count }, () => 0);
    for (const key of this.#keys.slice(0, best))
      biases[key] = -Math.min(excess * NATS_PER_NOTE, MAX_PENALTY_NATS);
    return biases;
  }
}

/**
 * The penalty as a logits processor.
 *
 * @param state receives each id before this processor.
 */
export function repetitionLoopProcessor(state: PerformanceState): LogitsProcessor {
  const penalty = new RepetitionLoopPenalty();
  const keys = state.vocabulary.range("NOTE_ON");
  let { onsets } = state;
  return {
    push: () => {
      if (state.onsets > onsets && state.newest && keys) penalty.noteOn(state.newest.pitch - keys.minimum);
      ({ onsets } = state);
    },
    adjustment: () => {
      const biases = keys && penalty.keyBiases(keys.count);
      return { biases: keys && biases ? [{ first: keys.first, biases }] : [] };
    },
  };
}
