/**
 * Melody and accompaniment as one sequence, interleaved by time. Both are cut every two seconds; the melody runs one
 * segment ahead:
 *
 *     M0 M1 A0 M2 A1 M3 A2 … An
 *
 * so that an accompaniment is written with the melody it belongs to, and two to four seconds more, just before it:
 * however long the piece, both are within the model's window. (All of the melody first would leave the window of a long
 * piece; note by note would let no melody be seen in advance.) Each segment opens with its MELODY or ACCOMPANIMENT mark and its
 * time shifts add up to exactly two seconds. Each of the two streams is a performance of its own: its notes may sound
 * on into later segments, and its velocity holds until it changes it.
 */
import { shiftIds, taskId } from "./tasks.ts";
import type { Vocabulary } from "./vocabulary.ts";

/** Length of a segment, in steps of 10 ms. */
export const SEGMENT_STEPS = 200;

/**
 * Cuts performance ids every `SEGMENT_STEPS`. An event on a cut belongs to the later segment; a shift across one is
 * split; the last segment is filled up with silence.
 */
export function cutSegments(ids: Iterable<number>, vocabulary: Vocabulary): number[][] {
  const segments: number[][] = [[]];
  let within = 0; // steps of the newest segment that are written
  let gap = 0; // steps that are not yet written
  const advance = (): void => {
    while (gap > 0) {
      if (within === SEGMENT_STEPS) {
        segments.push([]);
        within = 0;
      }
      const steps = Math.min(gap, SEGMENT_STEPS - within);
      segments.at(-1)?.push(...shiftIds(vocabulary, steps));
      within += steps;
      gap -= steps;
    }
  };
  for (const id of ids) {
    const { kind, value } = vocabulary.event(id);
    if (kind === "TIME_SHIFT") {
      gap += value;
      continue;
    }
    advance();
    if (within === SEGMENT_STEPS) {
      segments.push([]);
      within = 0;
    }
    segments.at(-1)?.push(id);
  }
  advance();
  gap = SEGMENT_STEPS - within;
  advance();
  return segments;
}

/**
 * The sequence of melody and accompaniment, without START and END: segments as `cutSegments` gives them; those that one
 * of the two lacks are silent.
 */
export function interleaveSegments(
  melody: readonly (readonly number[])[],
  accompaniment: readonly (readonly number[])[],
  vocabulary: Vocabulary,
): number[] {
  const [melodyMark, accompanimentMark] = [taskId(vocabulary, "MELODY"), taskId(vocabulary, "ACCOMPANIMENT")];
  const silence = shiftIds(vocabulary, SEGMENT_STEPS);
  const count = Math.max(melody.length, accompaniment.length);
  const ids: number[] = [];
  for (let k = 0; k <= count; k += 1) {
    if (k < count) ids.push(melodyMark, ...(melody[k] ?? silence));
    if (k > 0) ids.push(accompanimentMark, ...(accompaniment[k - 1] ?? silence));
  }
  return ids;
}
