/** Repetition loops (Holtzman et al. 2020, "The Curious Case of Neural Text Degeneration"): endless trills, tremolos and repeated chords. */
import type { PerformanceState } from "../../encoding/index.ts";
import type { LogitsProcessor } from "../engine/index.ts";

/** The longest loop that is detected, in notes. */
const MAX_LOOP_NOTES = 8;
/**
 * The longest run, in notes, without a penalty. Of the half minutes of `dev`, one in eight has a longer run, and one in twenty has a
 * run above 18. Of those that a small model generates, one in twenty has a run above 44, and with this penalty above 19.
 */
const MAX_RUN_NOTES = 12;
/** Penalty on the keys of the loop for each note beyond `MAX_RUN_NOTES`, before the pitch temperature. */
const NATS_PER_NOTE = 1;
const MAX_PENALTY_NATS = 8;

/**
 * Penalizes the keys of a repetition loop. In a small model each repetition makes the next one more likely, until no other note is.
 * Only the keys count; onset times and velocities do not.
 */
export class RepetitionLoopPenalty {
  /** The keys of the last `MAX_LOOP_NOTES` note-ons, newest first. */
  readonly #keys: number[] = [];
  /** By loop length n: how many of the last notes in a row have the same key as n notes before. */
  readonly #runs = Array.from({ length: MAX_LOOP_NOTES + 1 }, () => 0);

  /** Records a note-on. @param key index of the pitch in the vocabulary. */
  noteOn(key: number): void {
    for (let length = 1; length <= MAX_LOOP_NOTES; length += 1) {
      this.#runs[length] = this.#keys[length - 1] === key ? this.#runs[length]! + 1 : 0;
    }
    this.#keys.unshift(key);
    if (this.#keys.length > MAX_LOOP_NOTES) this.#keys.pop();
  }

  /** Biases to add to the logits of keys 0 to `count` − 1, in nats; undefined where there is no loop to penalize. */
  keyBiases(count: number): number[] | undefined {
    // A loop of n notes is also one of 2n: take the shorter.
    const run = (length: number): number => length + this.#runs[length]!;
    let loop = 1;
    for (let length = 2; length <= MAX_LOOP_NOTES; length += 1) if (run(length) > run(loop)) loop = length;
    const beyond = run(loop) - MAX_RUN_NOTES;
    if (beyond <= 0) return undefined;
    const biases = Array.from({ length: count }, () => 0);
    for (const key of this.#keys.slice(0, loop))
      biases[key] = -Math.min(beyond * NATS_PER_NOTE, MAX_PENALTY_NATS);
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
