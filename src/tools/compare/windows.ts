/** Pieces cut into windows of equal length: what every comparison counts. */
import {
  encodeScore,
  PERFORMANCE_388,
  quantize,
  type Score,
  STEPS_PER_SECOND,
} from "../../../encoding/index.ts";

/** A note on the grid of the performance encoding, pedal folded in. */
export interface GridNote {
  readonly pitch: number;
  readonly velocity: number;
  /** Steps of 10 ms from the first note of the piece. */
  readonly startStep: number;
  /** At least one step after the start. */
  readonly endStep: number;
}

/** A piece, or a part of one. */
export interface Window {
  /** The file, or the seed, that it comes from. */
  readonly source: string;
  /** Where it begins, in steps from the first note of its piece. */
  readonly fromStep: number;
  /** How long it is, in steps. */
  readonly steps: number;
  /** In order of start, then of pitch; times from the beginning of the window, none beyond its end. */
  readonly notes: readonly GridNote[];
}

/** The notes of a score in order of start, then of pitch; percussion and the silence before the first note left out. */
export function gridNotes(score: Score): GridNote[] {
  const { notes } = encodeScore(score, PERFORMANCE_388, { trimLeadingSilence: true });
  return notes
    .map(({ pitch, velocity, startSeconds, endSeconds }) => {
      const startStep = quantize(startSeconds);
      return { pitch, velocity, startStep, endStep: Math.max(startStep + 1, quantize(endSeconds)) };
    })
    .sort((a, b) => a.startStep - b.startStep || a.pitch - b.pitch);
}

/**
 * Cuts a piece into windows, one after the other from its first note. What is left at the end is dropped, unless it is all
 * there is. A note belongs to the window in which it starts, and ends with it at the latest, as notes of a generation do.
 *
 * @param notes of one piece, in order.
 */
export function cutWindows(source: string, notes: readonly GridNote[], seconds: number): Window[] {
  const length = Math.round(seconds * STEPS_PER_SECOND);
  const end = notes.reduce((latest, note) => Math.max(latest, note.endStep), 0);
  if (notes.length === 0) return [];
  if (end < length) return [{ source, fromStep: 0, steps: end, notes }];
  const windows: Window[] = [];
  let next = 0;
  for (let fromStep = 0; fromStep + length <= end; fromStep += length) {
    const inside: GridNote[] = [];
    for (; (notes[next]?.startStep ?? Infinity) < fromStep + length; next += 1) {
      const note = notes[next];
      if (!note) break;
      inside.push({
        ...note,
        startStep: note.startStep - fromStep,
        endStep: Math.min(note.endStep - fromStep, length),
      });
    }
    windows.push({ source, fromStep, steps: length, notes: inside });
  }
  return windows;
}
