/** A piano roll in braille characters: each has two columns of time and four rows of pitch. */
import type { Note } from "../../encoding/index.ts";

/** Bits of a braille character by column and row, from the top (Unicode block 2800). */
const DOTS = [
  [0x01, 0x02, 0x04, 0x40],
  [0x08, 0x10, 0x20, 0x80],
] as const;
const BLANK = 0x2800;

/**
 * @param notes at least one.
 * @param columns width in characters.
 * @returns lines, highest pitches first.
 */
export function terminalRoll(notes: readonly Note[], columns: number): string[] {
  const pitches = notes.map((note) => note.pitch);
  const highest = pitches.reduce((a, b) => Math.max(a, b), 0);
  const lowest = pitches.reduce((a, b) => Math.min(a, b), 127);
  const startSeconds = notes.reduce((first, note) => Math.min(first, note.startSeconds), Infinity);
  const endSeconds = notes.reduce((last, note) => Math.max(last, note.endSeconds), 0);
  const lines = Math.floor((highest - lowest) / 4) + 1;
  const cells = new Uint8Array(lines * columns);
  const dots = 2 * columns;
  const dotsPerSecond = dots / Math.max(endSeconds - startSeconds, 1e-9);
  for (const note of notes) {
    const row = highest - note.pitch;
    const first = Math.min(dots - 1, Math.floor((note.startSeconds - startSeconds) * dotsPerSecond));
    const last = Math.min(dots, Math.ceil((note.endSeconds - startSeconds) * dotsPerSecond)) - 1;
    for (let dot = first; dot <= Math.max(first, last); dot += 1) {
      const cell = (row >> 2) * columns + (dot >> 1);
      cells[cell]! |= DOTS[dot & 1 ? 1 : 0][row & 3]!;
    }
  }
  return Array.from({ length: lines }, (_, line) =>
    String.fromCharCode(
      ...Array.from(cells.subarray(line * columns, (line + 1) * columns), (cell) => BLANK + cell),
    ),
  );
}
