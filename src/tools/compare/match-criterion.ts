/** The criterion for two equal runs of notes: each note is described by its interval and time from the note before. */
import type { GridNote } from "./windows.ts";

/**
 * Lower edges of the classes of times between onsets, in steps of 10 ms. Notes less than 30 ms apart are a chord; each further class is
 * about twice as long as the one before, so that a different tempo or touch rarely changes the class.
 */
const ONSET_CLASSES: readonly number[] = [0, 3, 8, 18, 40, 90, 200];

export const MATCH_CRITERION =
  "Notes are in order of start (on the 10 ms grid), then of pitch. Two runs match if, from each note to the next, both have " +
  "the same interval in semitones and the same class of time between onsets: under 0.03 s (a chord), 0.03–0.07, 0.08–0.17, " +
  "0.18–0.39, 0.40–0.89, 0.90–1.99, 2 s and more. Transposition, velocity and note length are ignored.";

/** The largest key plus 1. */
export const KEYS = 255 * ONSET_CLASSES.length + 1;

/**
 * The key of each step from a note to the next, 1 to `KEYS - 1`; k keys describe a run of k + 1 notes.
 *
 * @param notes in order of start, then of pitch.
 */
export function stepKeys(notes: readonly GridNote[]): Uint16Array {
  const keys = new Uint16Array(Math.max(0, notes.length - 1));
  for (let i = 0; i < keys.length; i += 1) {
    const [from, to] = [notes[i], notes[i + 1]];
    if (!from || !to) break;
    keys[i] =
      1 + (to.pitch - from.pitch + 127) * ONSET_CLASSES.length + onsetClass(to.startStep - from.startStep);
  }
  return keys;
}

function onsetClass(steps: number): number {
  let index = 0;
  while (steps >= (ONSET_CLASSES[index + 1] ?? Infinity)) index += 1;
  return index;
}
