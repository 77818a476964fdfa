/** Which rectangles show the notes that can be seen, sorted by how they are painted. */
import type { Piece, PieceNote } from "../music/piece.ts";
import { noteRectangle, type RollView, visibleSeconds } from "./geometry.ts";

/** Velocities are drawn in so many lightnesses. */
export const SHADES = 16;

/** Rectangles one after the other: x, y, width, height. The memory is kept from frame to frame. */
export class RectangleList {
  #numbers = new Float32Array(256);
  #length = 0;

  /** How many rectangles. */
  get count(): number {
    return this.#length / 4;
  }

  clear(): void {
    this.#length = 0;
  }

  add(x: number, y: number, width: number, height: number): void {
    if (this.#length === this.#numbers.length) {
      const grown = new Float32Array(2 * this.#numbers.length);
      grown.set(this.#numbers);
      this.#numbers = grown;
    }
    this.#numbers.set([x, y, width, height], this.#length);
    this.#length += 4;
  }

  forEach(use: (x: number, y: number, width: number, height: number) => void): void {
    const numbers = this.#numbers;
    for (let i = 0; i < this.#length; i += 4) {
      use(numbers[i] ?? 0, numbers[i + 1] ?? 0, numbers[i + 2] ?? 0, numbers[i + 3] ?? 0);
    }
  }
}

/** Notes by whose they are and whether they have been reached; each list has one colour. */
export interface NoteLayout {
  /** `SHADES` lists each, softest first. */
  readonly primer: readonly RectangleList[];
  readonly generated: readonly RectangleList[];
  readonly unheard: readonly RectangleList[];
  /** How many are drawn. */
  count: number;
  /** Pitches that sound at the playhead. */
  readonly sounding: Set<number>;
}

export function createLayout(): NoteLayout {
  const lists = (): RectangleList[] => Array.from({ length: SHADES }, () => new RectangleList());
  return { primer: lists(), generated: lists(), unheard: lists(), count: 0, sounding: new Set() };
}

/** For each pitch, how far to the right it has been painted. */
const painted = new Float64Array(128);

/**
 * Fills a layout. A note that would be painted over pixels its own key already has is left out: far away, thousands of
 * notes are few rectangles.
 *
 * @param heardSeconds where the playhead is.
 */
export function layOutNotes(layout: NoteLayout, view: RollView, piece: Piece, heardSeconds: number): void {
  for (const list of [layout.primer, layout.generated, layout.unheard].flat()) list.clear();
  layout.count = 0;
  layout.sounding.clear();
  painted.fill(-Infinity);
  const until = piece.seconds;
  const { from, to } = visibleSeconds(view);
  const isDense = view.pixelsPerSecond < 40;
  piece.forEachNote(from, to, (note) => {
    if (sounds(note, heardSeconds, until)) layout.sounding.add(note.pitch);
    const box = noteRectangle(view, note, until);
    if (!box) return;
    const end = box.x + box.width;
    if (isDense) {
      if (end <= (painted[note.pitch] ?? 0) + 0.5) return;
      painted[note.pitch] = end;
    }
    const lists = note.isPrimer
      ? layout.primer
      : note.startSeconds > heardSeconds
        ? layout.unheard
        : layout.generated;
    lists[Math.floor((note.velocity * SHADES) / 128)]?.add(box.x, box.y, box.width, box.height);
    layout.count += 1;
  });
}

function sounds({ startSeconds, endSeconds }: PieceNote, seconds: number, until: number): boolean {
  return startSeconds <= seconds && (endSeconds ?? until) > seconds;
}
