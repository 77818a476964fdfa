/** Where things are on the piano roll: time goes right, pitch goes up; all lengths are CSS pixels. */
import type { LiveNote } from "../music/live-notes.ts";

/** What part of the music is seen, and how large. */
export interface RollView {
  readonly width: number;
  readonly height: number;
  /** Width of the keyboard at the left; the music has the rest. */
  readonly keyboardWidth: number;
  /** The time at the playhead. */
  readonly seconds: number;
  /** Where the playhead stands, as a share of the music's width. */
  readonly playhead: number;
  readonly pixelsPerSecond: number;
  readonly lowestPitch: number;
  readonly highestPitch: number;
}

export interface Rectangle {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** A piano's keys: A0 to C8. */
export const PIANO_PITCHES = { lowest: 21, highest: 108 } as const;

/** Notes are never drawn narrower. */
const MIN_NOTE_WIDTH = 2;

export function xOfTime(view: RollView, seconds: number): number {
  return xOfPlayhead(view) + (seconds - view.seconds) * view.pixelsPerSecond;
}

export function xOfPlayhead({ width, keyboardWidth, playhead }: RollView): number {
  return keyboardWidth + (width - keyboardWidth) * playhead;
}

/** The first and last second that can be seen. */
export function visibleSeconds(view: RollView): { readonly from: number; readonly to: number } {
  const { width, keyboardWidth, seconds, playhead, pixelsPerSecond } = view;
  const span = (width - keyboardWidth) / pixelsPerSecond;
  return { from: seconds - span * playhead, to: seconds + span * (1 - playhead) };
}

/** Height of one pitch. */
export function laneHeight({ height, lowestPitch, highestPitch }: RollView): number {
  return height / (highestPitch - lowestPitch + 1);
}

/** Upper edge of a pitch's lane. */
export function yOfPitch(view: RollView, pitch: number): number {
  return (view.highestPitch - pitch) * laneHeight(view);
}

/**
 * Where a note is drawn; undefined where none of it can be seen.
 *
 * @param untilSeconds where a note without an end ends for now.
 */
export function noteRectangle(view: RollView, note: LiveNote, untilSeconds: number): Rectangle | undefined {
  const { width, keyboardWidth, lowestPitch, highestPitch } = view;
  if (note.pitch < lowestPitch || note.pitch > highestPitch) return undefined;
  const start = xOfTime(view, note.startSeconds);
  const end = Math.max(start + MIN_NOTE_WIDTH, xOfTime(view, note.endSeconds ?? untilSeconds));
  if (end <= keyboardWidth || start >= width) return undefined;
  const x = Math.max(keyboardWidth, start);
  return { x, y: yOfPitch(view, note.pitch), width: Math.min(width, end) - x, height: laneHeight(view) };
}

/**
 * Which notes may be seen between two times, as indices `[first, end)`.
 *
 * @param notes by their start.
 * @param longestSeconds no note is longer.
 */
export function visibleRange(
  notes: readonly LiveNote[],
  range: { readonly from: number; readonly to: number },
  longestSeconds: number,
): readonly [first: number, end: number] {
  return [firstFrom(notes, range.from - longestSeconds), firstFrom(notes, range.to)];
}

/** Index of the first note that starts at `seconds` or later. */
function firstFrom(notes: readonly LiveNote[], seconds: number): number {
  let low = 0;
  let high = notes.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((notes[middle]?.startSeconds ?? Infinity) < seconds) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Distances between time lines, in seconds, of which the first with room for a label is taken. */
const GRID_SECONDS = [1, 2, 5, 10, 30, 60];
const LABEL_WIDTH = 48;

/** The time lines that can be seen, none before the beginning. */
export function timeLines(view: RollView): { readonly seconds: number; readonly x: number }[] {
  const step = GRID_SECONDS.find((seconds) => seconds * view.pixelsPerSecond >= LABEL_WIDTH) ?? 60;
  const { from, to } = visibleSeconds(view);
  const lines: { seconds: number; x: number }[] = [];
  for (let seconds = Math.max(0, Math.ceil(from / step) * step); seconds < to; seconds += step) {
    lines.push({ seconds, x: xOfTime(view, seconds) });
  }
  return lines;
}

const BLACK_KEYS: ReadonlySet<number> = new Set([1, 3, 6, 8, 10]);

export function isBlackKey(pitch: number): boolean {
  return BLACK_KEYS.has(pitch % 12);
}
