/** The rectangles of the visible notes, grouped by color. */
import type { Music } from "../music/music.ts";
import { laneHeight, MIN_NOTE_WIDTH, type RollView, visibleSeconds, xOfTime, yOfPitch } from "./geometry.ts";

/** Number of colors for instruments. */
export const PARTS = 8;
/** Number of lightness levels for velocities. */
export const SHADES = 16;

/** Rectangles as consecutive numbers: x, y, width, height. The memory is reused between frames. */
export class RectangleList {
  #numbers = new Float32Array(256);
  #length = 0;

  /** Number of rectangles. */
  get count(): number {
    return this.#length / 4;
  }

  clear(): void {
    this.#length = 0;
  }

  /** @returns its offset, for `stretch`. */
  add(x: number, y: number, width: number, height: number): number {
    const at = this.#length;
    if (at === this.#numbers.length) {
      const grown = new Float32Array(2 * this.#numbers.length);
      grown.set(this.#numbers);
      this.#numbers = grown;
    }
    this.#numbers[at] = x;
    this.#numbers[at + 1] = y;
    this.#numbers[at + 2] = width;
    this.#numbers[at + 3] = height;
    this.#length += 4;
    return at;
  }

  /** Moves the right edge of a rectangle. */
  stretch(at: number, right: number): void {
    this.#numbers[at + 2] = right - this.#numbers[at]!;
  }

  forEach(use: (x: number, y: number, width: number, height: number) => void): void {
    const numbers = this.#numbers;
    for (let i = 0; i < this.#length; i += 4) {
      use(numbers[i]!, numbers[i + 1]!, numbers[i + 2]!, numbers[i + 3]!);
    }
  }
}

/** Notes by origin and by whether they have been reached; each list has one color. */
export interface NoteLayout {
  /** `SHADES` lists for each origin, softest first. */
  readonly primer: readonly RectangleList[];
  readonly infilled: readonly RectangleList[];
  readonly generated: readonly RectangleList[];
  readonly unheard: readonly RectangleList[];
  /** `SHADES` lists for each instrument, in music of several. */
  readonly parts: readonly (readonly RectangleList[])[];
  readonly unheardParts: readonly (readonly RectangleList[])[];
  /** Number of drawn notes. */
  count: number;
  /** Pitches that sound at the playhead. */
  readonly sounding: Set<number>;
}

export function createLayout(): NoteLayout {
  const lists = (): RectangleList[] => Array.from({ length: SHADES }, () => new RectangleList());
  return {
    primer: lists(),
    infilled: lists(),
    generated: lists(),
    unheard: lists(),
    parts: Array.from({ length: PARTS }, lists),
    unheardParts: Array.from({ length: PARTS }, lists),
    count: 0,
    sounding: new Set(),
  };
}

/** Below this scale, in pixels per second, adjacent notes of one pitch may be merged. */
const DENSE = 40;
/** Below this scale fewer lightness levels are used: the difference is not visible. */
const FAR = 8;

/** The last rectangle of each pitch: its right edge, its list and its offset. */
const rightEdges = new Float64Array(128);
const lastLists: (RectangleList | undefined)[] = [];
const lastPlaces = new Int32Array(128);

/**
 * Fills a layout with the rectangles of `noteRectangle`. At a small scale, a note that continues another one of the same
 * pitch and color extends its rectangle, and a covered note is skipped, which reduces the number of rectangles.
 *
 * @param heardSeconds time of the playhead.
 */
export function layOutNotes(layout: NoteLayout, view: RollView, piece: Music, heardSeconds: number): void {
  const { primer, infilled, generated, unheard, parts, unheardParts } = layout;
  for (const lists of [primer, infilled, generated, unheard, ...parts, ...unheardParts])
    for (const list of lists) list.clear();
  layout.count = 0;
  layout.sounding.clear();
  rightEdges.fill(-Infinity);
  lastLists.length = 0;
  const until = piece.seconds;
  const { from, to } = visibleSeconds(view);
  // `noteRectangle` inlined, with the common terms outside of the loop: it runs for every note.
  const { width, keyboardWidth, pixelsPerSecond, lowestPitch, highestPitch } = view;
  const origin = xOfTime(view, 0);
  const height = laneHeight(view);
  const top = yOfPitch(view, 0);
  const isDense = pixelsPerSecond < DENSE;
  const step = pixelsPerSecond < FAR ? 4 : 1;
  piece.forEachNote(from, to, (note) => {
    const { pitch, startSeconds } = note;
    const endSeconds = note.endSeconds ?? until;
    if (startSeconds <= heardSeconds && endSeconds > heardSeconds) layout.sounding.add(pitch);
    const start = origin + startSeconds * pixelsPerSecond;
    const end = Math.max(start + MIN_NOTE_WIDTH, origin + endSeconds * pixelsPerSecond);
    if (end <= keyboardWidth || start >= width || pitch < lowestPitch || pitch > highestPitch) return;
    const x = Math.max(keyboardWidth, start);
    const right = Math.min(width, end);
    const shade = step * Math.floor((note.velocity * SHADES) / 128 / step);
    const isUnheard = startSeconds > heardSeconds;
    const lists =
      note.part !== undefined
        ? (isUnheard ? unheardParts : parts)[note.part % PARTS]
        : note.origin === "generated"
          ? isUnheard
            ? unheard
            : generated
          : note.origin === "primer"
            ? primer
            : infilled;
    const list = lists?.[shade];
    if (!list) return;
    const edge = rightEdges[pitch]!;
    if (isDense && right <= edge + 0.5) return;
    rightEdges[pitch] = right;
    if (isDense && x <= edge + 1 && lastLists[pitch] === list) {
      list.stretch(lastPlaces[pitch]!, right);
      return;
    }
    lastLists[pitch] = list;
    lastPlaces[pitch] = list.add(x, top - pitch * height, right - x, height);
    layout.count += 1;
  });
}
