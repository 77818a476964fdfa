/** Coordinates of the piano roll: time goes right, pitch goes up; all lengths are in CSS pixels. */
import type { PieceNote } from "../music/note.ts";
import type { Music } from "../music/music.ts";
import { clock } from "../words.ts";

/** The visible part of the music, and its scale. */
export interface RollView {
  readonly width: number;
  readonly height: number;
  /** Width of the keyboard at the left; the notes use the rest. */
  readonly keyboardWidth: number;
  /** Height of the ruler at the top; the keys use the rest. */
  readonly rulerHeight: number;
  /** The time at the anchor, in seconds. The playhead is at the anchor while the roll follows it. */
  readonly seconds: number;
  /** Position of the anchor, as a fraction of the width of the notes. */
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

/** Range of a piano: A0 to C8. */
export const PIANO_PITCHES = { lowest: 21, highest: 108 } as const;

/** Limits of the zoom, in pixels per second. */
export const ZOOM = { least: 0.5, most: 800 } as const;

/** Minimum width of a note, in pixels. */
export const MIN_NOTE_WIDTH = 2;
/** Distance in pixels within which a pointer hits a note. */
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

/** The visible time span. */
export function visibleSeconds(view: RollView): { readonly from: number; readonly to: number } {
  return { from: timeOfX(view, view.keyboardWidth), to: timeOfX(view, view.width) };
}

/** Height of one pitch, in pixels. */
export function laneHeight({ height, rulerHeight, lowestPitch, highestPitch }: RollView): number {
  return (height - rulerHeight) / (highestPitch - lowestPitch + 1);
}

/** Upper edge of the row of a pitch. */
export function yOfPitch(view: RollView, pitch: number): number {
  return view.rulerHeight + (view.highestPitch - pitch) * laneHeight(view);
}

/**
 * The rectangle of a note; undefined if it is not visible.
 *
 * @param untilSeconds the drawn end of a note without an end.
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

/** The note under a point, else the nearest within the hit distance; of overlapping notes, the one that started last. */
export function noteAt(view: RollView, piece: Music, x: number, y: number): PieceNote | undefined {
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

/** Zooms by a factor around `x`. */
export function zoomed(view: RollView, factor: number, x: number): RollView {
  const pixelsPerSecond = Math.min(ZOOM.most, Math.max(ZOOM.least, view.pixelsPerSecond * factor));
  const fixed = timeOfX(view, x);
  const seconds = fixed + (xOfAnchor(view) - x) / pixelsPerSecond;
  return { ...view, pixelsPerSecond, seconds };
}

/** Candidate intervals of the time lines, in seconds. The first one with space for a label is used. */
const GRID_SECONDS = [0.1, 0.5, 1, 2, 5, 10, 30, 60, 120, 300, 600];
const LABEL_WIDTH = 56;

/** A vertical line of the roll. */
export interface GridLine {
  readonly x: number;
  readonly label: string;
}

/** The visible time lines, from 0 on. */
export function timeLines(view: RollView): GridLine[] {
  const step = GRID_SECONDS.find((seconds) => seconds * view.pixelsPerSecond >= LABEL_WIDTH) ?? 600;
  const { from, to } = visibleSeconds(view);
  const lines: GridLine[] = [];
  for (let line = Math.max(0, Math.ceil(from / step)); line * step < to; line += 1) {
    lines.push({ x: xOfTime(view, line * step), label: clock(line * step) });
  }
  return lines;
}

const BLACK_KEYS: ReadonlySet<number> = new Set([1, 3, 6, 8, 10]);

export function isBlackKey(pitch: number): boolean {
  return BLACK_KEYS.has(pitch % 12);
}
