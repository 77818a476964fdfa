/**
 * The sequence of the accompaniment task: a melody and the piano part with it, interleaved by time. Both are divided into segments of
 * two seconds; the melody is one segment ahead:
 *
 *     M0 M1 A0 M2 A1 M3 A2 … An
 *
 * M is the melody alone, A the piano part: accompaniment and melody as one performance. So each note of the melody occurs twice: two to
 * four seconds ahead, for planning, and at its time among the notes of the accompaniment, as in a piece without a task. Both are within the
 * model's window in pieces of any length. (With the whole melody first, a long piece would exceed the window; an accompaniment without
 * the melody in it would need alignment across segments, which is hard to learn for a small model.) Each segment begins with the control
 * token MELODY or ACCOMPANIMENT, and its time shifts add up to exactly two seconds. Each of the two streams is a performance of its own: its
 * notes may sound into later segments, and its velocity applies until its next velocity event.
 */
import { columnsOf, type Note, onsetOrder } from "../midi/index.ts";
import { encodeColumns, quantize, STEPS_PER_SECOND, type Vocabulary } from "../performance/index.ts";
import { shiftIds, taskId } from "./tasks.ts";

/** Length of a segment, in steps of 10 ms. */
export const SEGMENT_STEPS = 200;

/**
 * Divides performance ids into segments of `SEGMENT_STEPS`. An event at a boundary belongs to the later segment; a shift across a boundary
 * is split; silence fills the last segment.
 */
export function cutSegments(ids: Iterable<number>, vocabulary: Vocabulary): number[][] {
  const segments: number[][] = [[]];
  let within = 0; // steps written to the current segment
  let gap = 0; // steps not yet written
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
    const steps = vocabulary.steps(id);
    if (steps > 0) {
      gap += steps;
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

/** Melody and accompaniment as one performance. */
export interface MergedVoices {
  readonly ids: Uint16Array<ArrayBuffer>;
  /** For each note-on in `ids`: whether it belongs to the melody. */
  readonly isMelody: readonly boolean[];
}

/**
 * Encodes melody and accompaniment together. In each step the notes of the melody come first, since they are fixed when the others
 * are generated.
 *
 * @throws EncodingError, VocabularyError as `encodePerformance` does.
 */
export function mergeVoices(
  melody: readonly Note[],
  accompaniment: readonly Note[],
  vocabulary: Vocabulary,
): MergedVoices {
  // Quantized, so that melody notes in one step are in order of pitch.
  const quantized = melody.map((note) => ({
    ...note,
    startSeconds: quantize(note.startSeconds) / STEPS_PER_SECOND,
  }));
  const columns = columnsOf([...quantized, ...accompaniment]);
  const byOnset = onsetOrder(columns, Uint32Array.from(columns.pitches.keys()));
  const stepOf = (row: number): number => quantize(columns.startSeconds[row]!);
  const voiceOf = (row: number): number => (row < melody.length ? 0 : 1);
  // The sort is stable, so within a step and voice the order of the onsets is kept.
  const order = byOnset.sort((a, b) => stepOf(a) - stepOf(b) || voiceOf(a) - voiceOf(b));
  const ids = encodeColumns(columns, order, vocabulary);
  return { ids, isMelody: Array.from(order, (row) => row < melody.length) };
}

/**
 * The sequence of melody and piano part, without START and END, from segments of `cutSegments`. If one of the two has fewer segments, its
 * other segments are silent.
 */
export function interleaveSegments(
  melody: readonly (readonly number[])[],
  music: readonly (readonly number[])[],
  vocabulary: Vocabulary,
): number[] {
  const [melodyToken, accompanimentToken] = [
    taskId(vocabulary, "MELODY"),
    taskId(vocabulary, "ACCOMPANIMENT"),
  ];
  const silence = shiftIds(vocabulary, SEGMENT_STEPS);
  const count = Math.max(melody.length, music.length);
  const ids: number[] = [];
  for (let k = 0; k <= count; k += 1) {
    if (k < count) ids.push(melodyToken, ...(melody[k] ?? silence));
    if (k > 0) ids.push(accompanimentToken, ...(music[k - 1] ?? silence));
  }
  return ids;
}
