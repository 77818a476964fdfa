/** Where things are on the piano roll: time goes right, pitch goes up; all lengths are CSS pixels. */
import type { PieceNote } from "../music/note.ts";
import type { Piece } from "../music/piece.ts";

/** What part of the music is seen, and how large. */
export interface RollView {
  readonly width: number;
  readonly height: number;
  /** Width of the keyboard at the left; the music has the rest. */
  readonly keyboardWidth: number;
  /** Height of the ruler at the top; the keys have the rest. */
  readonly rulerHeight: number;
  /** The time at the anchor, which is where the playhead stands while the roll follows it. */
  readonly seconds: number;
  /** Where the anchor is, as a share of the music's width. */
  readonly anchor: number;
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

/** Zooming stays within these pixels per second. */
export const ZOOM = { least: 0.5, most: 800 } as const;

/** Notes are never drawn narrower. */
export const MIN_NOTE_WIDTH = 2;
/** A finger or pointer this near to a note touches it. */
const TOUCH = 6;

export function xOfTime(view: RollView, seconds: number): number {
  return xOfAnchor(view) + (seconds - view.seconds) * view.pixelsPerSecond;
}

export function timeOfX(view: RollView, x: number): number {
  return view.seconds + (x - xOfAnchor(view)) / view.pixelsPerSecond;
}

export function xOfAnchor({ width, keyboardWidth, anchor }: RollView): number {
  return keyboardWidth + (width - keyboardWidth) * anchor;
}

/** The first and last second that can be seen. */
export function visibleSeconds(view: RollView): { readonly from: number; readonly to: number } {
  return { from: timeOfX(view, view.keyboardWidth), to: timeOfX(view, view.width) };
}

/** Height of one pitch. */
export function laneHeight({ height, rulerHeight, lowestPitch, highestPitch }: RollView): number {
  return (height - rulerHeight) / (highestPitch - lowestPitch + 1);
}

/** Upper edge of a pitch's lane. */
export function yOfPitch(view: RollView, pitch: number): number {
  return view.rulerHeight + (view.highestPitch - pitch) * laneHeight(view);
}

/**
 * Where a note is drawn; undefined where none of it can be seen.
 *
 * @param untilSeconds where a note without an end ends for now.
 */
export function noteRectangle(view: RollView, note: PieceNote, untilSeconds: number): Rectangle | undefined {
  const { width, keyboardWidth, lowestPitch, highestPitch } = view;
  if (note.pitch < lowestPitch || note.pitch > highestPitch) return undefined;
  const start = xOfTime(view, note.startSeconds);
  const end = Math.max(start + MIN_NOTE_WIDTH, xOfTime(view, note.endSeconds ?? untilSeconds));
  if (end <= keyboardWidth || start >= width) return undefined;
  const x = Math.max(keyboardWidth, start);
  return { x, y: yOfPitch(view, note.pitch), width: Math.min(width, end) - x, height: laneHeight(view) };
}

/** The note under a point, or the nearest within reach of a finger; of several the one that began last. */
export function noteAt(view: RollView, piece: Piece, x: number, y: number): PieceNote | undefined {
  if (x < view.keyboardWidth || y < view.rulerHeight) return undefined;
  let nearest: PieceNote | undefined;
  let least: number = TOUCH;
  const reach = TOUCH / view.pixelsPerSecond;
  piece.forEachNote(timeOfX(view, x) - reach, timeOfX(view, x) + reach, (note) => {
    const box = noteRectangle(view, note, piece.seconds);
    if (!box) return;
    const across = Math.max(0, box.x - x, x - box.x - box.width);
    const along = Math.max(0, box.y - y, y - box.y - box.height);
    const distance = Math.hypot(across, along);
    if (distance <= least) [nearest, least] = [note, distance];
  });
  return nearest;
}

/** The same place, larger or smaller by a factor, with the time at `x` staying where it is. */
export function zoomed(view: RollView, factor: number, x: number): RollView {
  const pixelsPerSecond = Math.min(ZOOM.most, Math.max(ZOOM.least, view.pixelsPerSecond * factor));
  const fixed = timeOfX(view, x);
  const seconds = fixed + (xOfAnchor(view) - x) / pixelsPerSecond;
  return { ...view, pixelsPerSecond, seconds };
}

/** Distances between time lines, in seconds, of which the first with room for a label is taken. */
const GRID_SECONDS = [0.1, 0.5, 1, 2, 5, 10, 30, 60, 120, 300, 600];
const LABEL_WIDTH = 56;

/** The time lines that can be seen, none before the beginning. */
export function timeLines(view: RollView): { readonly seconds: number; readonly x: number }[] {
  const step = GRID_SECONDS.find((seconds) => seconds * view.pixelsPerSecond >= LABEL_WIDTH) ?? 600;
  const { from, to } = visibleSeconds(view);
  const lines: { seconds: number; x: number }[] = [];
  for (let line = Math.max(0, Math.ceil(from / step)); line * step < to; line += 1) {
    lines.push({ seconds: line * step, x: xOfTime(view, line * step) });
  }
  return lines;
}

const BLACK_KEYS: ReadonlySet<number> = new Set([1, 3, 6, 8, 10]);

export function isBlackKey(pitch: number): boolean {
  return BLACK_KEYS.has(pitch % 12);
}
