/** The pitches that the roll shows: whole octaves around the music, or a part of them. */
import type { Music } from "../music/music.ts";
import { PIANO_PITCHES, type RollView } from "./geometry.ts";

type Range = Pick<RollView, "lowestPitch" | "highestPitch">;

/** Rows beyond the lowest and the highest note. */
const MARGIN = 2;
/** Fewer rows are not shown, however narrow the music is. */
const FEWEST_ROWS = 48;
/** On a small screen rows are at least this high, in pixels: fewer are shown then. */
const LEAST_HEIGHT = 6;
/** A roll below this height, in pixels, is on a small screen. */
const SMALL = 320;
const ZOOM = { least: 1, most: 8 } as const;

/** Whole octaves that contain the pitches, at least four. */
export function octavesAround(lowest: number, highest: number): Range {
  let from = 12 * Math.floor((lowest - MARGIN) / 12);
  let to = 12 * Math.ceil((highest + MARGIN + 1) / 12) - 1;
  for (let isBelow = false; to - from + 1 < FEWEST_ROWS; isBelow = !isBelow) {
    if (isBelow && from > PIANO_PITCHES.lowest) from -= 12;
    else to += 12;
  }
  return {
    lowestPitch: Math.max(PIANO_PITCHES.lowest, from),
    highestPitch: Math.min(PIANO_PITCHES.highest, to),
  };
}

export class PitchRange {
  #piece: Music | undefined;
  #counted = 0;
  #sum = 0;
  #lowest = Infinity;
  #highest = -Infinity;
  #zoom: number = ZOOM.least;
  /** The pitch in the middle; undefined: that of the music. */
  #middle: number | undefined;

  /** The range for a piece and a height in pixels. */
  place(piece: Music | undefined, height: number): Range {
    this.#count(piece);
    const whole = this.#counted > 0 ? octavesAround(this.#lowest, this.#highest) : octavesAround(48, 83);
    const all = whole.highestPitch - whole.lowestPitch + 1;
    const fitting = height < SMALL ? Math.max(12, Math.floor(height / LEAST_HEIGHT)) : all;
    const rows = Math.max(12, Math.min(all, Math.round(Math.min(all, fitting) / this.#zoom)));
    const middle = this.#middle ?? (this.#counted > 0 ? this.#sum / this.#counted : 66);
    const lowestPitch = Math.min(
      whole.highestPitch - rows + 1,
      Math.max(whole.lowestPitch, Math.round(middle - rows / 2)),
    );
    return { lowestPitch, highestPitch: lowestPitch + rows - 1 };
  }

  /** Scrolls by rows. */
  pan({ lowestPitch, highestPitch }: Range, rows: number): void {
    const middle = (lowestPitch + highestPitch + 1) / 2 + rows;
    this.#middle = Math.min(PIANO_PITCHES.highest, Math.max(PIANO_PITCHES.lowest, middle));
  }

  /** Zooms by a factor around the middle. */
  zoom(range: Range, factor: number): void {
    this.pan(range, 0);
    this.#zoom = Math.min(ZOOM.most, Math.max(ZOOM.least, this.#zoom * factor));
    if (this.#zoom === ZOOM.least) this.#middle = undefined;
  }

  /** Counts the notes that have come. Where some have gone, all are counted again. */
  #count(piece: Music | undefined): void {
    const notes = piece?.notes ?? [];
    if (piece !== this.#piece || notes.length < this.#counted) {
      this.#piece = piece;
      [this.#counted, this.#sum, this.#lowest, this.#highest] = [0, 0, Infinity, -Infinity];
    }
    for (; this.#counted < notes.length; this.#counted += 1) {
      const { pitch } = notes[this.#counted]!;
      this.#sum += pitch;
      this.#lowest = Math.min(this.#lowest, pitch);
      this.#highest = Math.max(this.#highest, pitch);
    }
  }
}
