/** Pieces divided into windows of equal length, the units of a comparison. */
import {
  encodeScore,
  PERFORMANCE_388,
  quantize,
  type Score,
  STEPS_PER_SECOND,
} from "../../../encoding/index.ts";

/** A note in steps of the performance encoding; its end includes the pedal. */
export interface GridNote {
  readonly pitch: number;
  readonly velocity: number;
  /** In steps of 10 ms from the first note of the piece. */
  readonly startStep: number;
  /** At least one step after `startStep`. */
  readonly endStep: number;
  /** General MIDI program, 0 to 127. */
  readonly program: number;
}

/** A piece or a part of one. */
export interface Window {
  /** Its file or seed. */
  readonly source: string;
  /** Its start, in steps from the first note of its piece. */
  readonly fromStep: number;
  /** Its length in steps. */
  readonly steps: number;
  /** In order of start, then of pitch; times count from the start of the window and are limited to its end. */
  readonly notes: readonly GridNote[];
}

/** The notes of a score in order of start, then of pitch, without percussion and the silence before the first note. */
export function gridNotes(score: Score): GridNote[] {
  const { notes } = encodeScore(score, PERFORMANCE_388, { trimLeadingSilence: true });
  return notes
    .map(({ pitch, velocity, program, startSeconds, endSeconds }) => {
      const startStep = quantize(startSeconds);
      return { pitch, velocity, program, startStep, endStep: Math.max(startStep + 1, quantize(endSeconds)) };
    })
    .sort((a, b) => a.startStep - b.startStep || a.pitch - b.pitch);
}

/**
 * Divides a piece into consecutive windows from its first note. The remainder is dropped, unless it is the whole piece. A note belongs
 * to the window in which it starts, and is cut at its end, as the notes of a generation are.
 *
 * @param notes notes of one piece, in order.
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
