/** The sustain pedal, folded into note lengths. */
import { type NoteTable, tableOfNotes } from "./note-table.ts";
import { DRUM_CHANNEL, type PedalEvent, type ScoreNote } from "./score.ts";

/**
 * Lengthens notes by the sustain pedal, following note-seq's `apply_sustain_control_changes`. While the pedal of a
 * channel is down its notes sound on after their keys are released, until the pedal is lifted or the key is struck
 * again; a note struck again at the very moment it began is dropped. What still sounds at the end is ended by the last
 * event of the piece. At equal times the pedal goes down, then up, then keys are struck, then released. The pedal holds
 * every program of its channel and track; a key is struck again only by its own program.
 *
 * @param notes in order of start; percussion is left out.
 * @returns the notes in the same order, with new ends where the pedal held them. `startTick` and `endTick` stay those
 *   of the key.
 */
export function applySustain(notes: readonly ScoreNote[], pedal: readonly PedalEvent[]): ScoreNote[] {
  const ends = sustainedEnds(tableOfNotes(notes), pedal);
  const sustained: ScoreNote[] = [];
  for (const [index, note] of notes.entries()) {
    const endSeconds = ends[index] ?? NaN;
    if (endSeconds === note.endSeconds) sustained.push(note);
    else if (!Number.isNaN(endSeconds)) sustained.push({ ...note, endSeconds });
  }
  return sustained;
}

/**
 * When each note ends with the pedal, in seconds; NaN for one that is left out. note-seq plays the events through one by
 * one; here each end is worked out alone, from the next time that its key is struck under the pedal and the moment that
 * the pedal it ends under is lifted.
 */
export function sustainedEnds(notes: NoteTable, pedal: readonly PedalEvent[]): Float64Array {
  const { startSeconds, endSeconds, pitches, tracks, channels, programs, length } = notes;
  const ends = new Float64Array(length);
  const { places, lastEnd } = survey(notes);
  const { pedals, lastMove } = pedalsOf(pedal, places);
  const lastSeconds = Math.max(lastEnd, lastMove);
  const nextStrikes = new Map<number, Float64Array<ArrayBuffer>>();
  let latestInstrument = -1;
  let presses = NO_PRESSES;
  /** By pitch: when the key is next struck while the pedal is down. */
  let nextStrike = new Float64Array(0);
  for (let index = length - 1; index >= 0; index -= 1) {
    const channel = channels[index] ?? 0;
    if (channel === DRUM_CHANNEL) {
      ends[index] = NaN;
      continue;
    }
    const place = (tracks[index] ?? 0) * 16 + channel;
    const instrument = place * 128 + (programs[index] ?? 0);
    if (instrument !== latestInstrument) {
      latestInstrument = instrument;
      presses = pedals.get(place) ?? NO_PRESSES;
      nextStrike = nextStrikes.get(instrument) ?? new Float64Array(128).fill(Infinity);
      nextStrikes.set(instrument, nextStrike);
    }
    const released = endSeconds[index] ?? 0;
    if (presses.isNone) {
      ends[index] = released;
      continue;
    }
    const start = startSeconds[index] ?? 0;
    const pitch = pitches[index] ?? 0;
    const strike = nextStrike[pitch] ?? Infinity;
    const end = strike <= released ? strike : Math.min(strike, presses.liftAfter(released));
    ends[index] = strike === start ? NaN : end === Infinity ? lastSeconds : end;
    if (presses.liftAfter(start) > start) nextStrike[pitch] = start;
  }
  return ends;
}

/** The places that notes are in, and when the last of them that is not percussion ends. */
function survey({ endSeconds, tracks, channels, length }: NoteTable): {
  places: ReadonlySet<number>;
  lastEnd: number;
} {
  const places = new Set<number>();
  let latestPlace = -1;
  let lastEnd = 0;
  for (let index = 0; index < length; index += 1) {
    const channel = channels[index] ?? 0;
    const place = (tracks[index] ?? 0) * 16 + channel;
    if (place !== latestPlace) places.add(place);
    latestPlace = place;
    if (channel !== DRUM_CHANNEL) lastEnd = Math.max(lastEnd, endSeconds[index] ?? 0);
  }
  return { places, lastEnd };
}

/** A channel of a track: what one pedal belongs to. */
function placeOf({ track, channel }: { readonly track: number; readonly channel: number }): number {
  return track * 16 + channel;
}

/** The times for which one pedal is down: from each `downs[i]` up to, and not with, `lifts[i]`; ascending. */
class Presses {
  readonly #downs: number[] = [];
  readonly #lifts: number[] = [];
  /** The latest move, which one at the same time may still change. */
  #seconds = -1;
  #isDown = false;
  /** Where the latest question was answered; the next one mostly is about a time nearby. */
  #cursor = 0;

  /** Takes a move, no earlier than any before; of moves at the same time one that lifts comes last. */
  move(seconds: number, isDown: boolean): void {
    if (seconds === this.#seconds) {
      this.#isDown &&= isDown;
      return;
    }
    this.settle();
    this.#seconds = seconds;
    this.#isDown = isDown;
  }

  /** Takes the latest move for good; to be called after the last one. */
  settle(): void {
    const wasDown = this.#downs.length > this.#lifts.length;
    if (this.#isDown && !wasDown) this.#downs.push(this.#seconds);
    if (!this.#isDown && wasDown) this.#lifts.push(this.#seconds);
  }

  /** Whether the pedal is never down. */
  get isNone(): boolean {
    return this.#downs.length === 0;
  }

  /** When the pedal, if it is down at `seconds`, is lifted: Infinity where never; `seconds` itself where it is up. */
  liftAfter(seconds: number): number {
    const press = this.#lastDownAt(seconds);
    const lift = press < 0 ? seconds : (this.#lifts[press] ?? Infinity);
    return Math.max(lift, seconds);
  }

  /** Index of the last press that begins at `seconds` or before; −1 where none does. */
  #lastDownAt(seconds: number): number {
    const downs = this.#downs;
    let low = -1;
    let high = downs.length;
    // Strides that double from the cursor find the bounds, halving finds the place between them.
    let stride = 1;
    if ((downs[this.#cursor] ?? Infinity) <= seconds) {
      low = this.#cursor;
      while (low + stride < high && (downs[low + stride] ?? Infinity) <= seconds) {
        low += stride;
        stride *= 2;
      }
      high = Math.min(high, low + stride);
    } else {
      high = Math.min(high, this.#cursor);
      while (high - stride > low && (downs[high - stride] ?? Infinity) > seconds) {
        high -= stride;
        stride *= 2;
      }
      low = Math.max(low, high - stride);
    }
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if ((downs[middle] ?? Infinity) <= seconds) low = middle;
      else high = middle;
    }
    this.#cursor = Math.max(0, low);
    return low;
  }
}

const NO_PRESSES = new Presses();

/** The presses of each place that has notes, and the time of the last move there. */
function pedalsOf(
  pedal: readonly PedalEvent[],
  places: ReadonlySet<number>,
): { pedals: ReadonlyMap<number, Presses>; lastMove: number } {
  const pedals = new Map<number, Presses>();
  let latestPlace = -1;
  let presses: Presses | undefined;
  let lastMove = 0;
  for (const event of pedal) {
    const place = placeOf(event);
    if (place !== latestPlace) {
      latestPlace = place;
      presses = pedals.get(place) ?? (places.has(place) ? new Presses() : undefined);
      if (presses) pedals.set(place, presses);
    }
    if (!presses) continue;
    presses.move(event.seconds, event.isDown);
    lastMove = event.seconds;
  }
  for (const each of pedals.values()) each.settle();
  return { pedals, lastMove };
}
