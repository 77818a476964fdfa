/** The sustain pedal, folded into note lengths. */
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
  const ends = sustainedEnds(notes, pedal);
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
export function sustainedEnds(notes: readonly ScoreNote[], pedal: readonly PedalEvent[]): Float64Array {
  const ends = new Float64Array(notes.length);
  const { places, lastEnd } = survey(notes);
  const { pedals, lastMove } = pedalsOf(pedal, places);
  const instruments = new Instruments(pedals);
  const lastSeconds = Math.max(lastEnd, lastMove);
  for (let index = notes.length - 1; index >= 0; index -= 1) {
    const note = notes[index];
    if (!note) continue;
    const { pitch, startSeconds, endSeconds } = note;
    if (note.channel === DRUM_CHANNEL) {
      ends[index] = NaN;
      continue;
    }
    const { presses, nextStrike } = instruments.of(note);
    const strike = nextStrike[pitch] ?? Infinity;
    const lift = presses.liftAfter(endSeconds);
    const end = strike <= endSeconds ? strike : Math.min(strike, lift);
    ends[index] = strike === startSeconds ? NaN : end === Infinity ? lastSeconds : end;
    if (presses.liftAfter(startSeconds) > startSeconds) nextStrike[pitch] = startSeconds;
  }
  return ends;
}

/** The places that notes are in, and when the last of them that is not percussion ends. */
function survey(notes: readonly ScoreNote[]): { places: ReadonlySet<number>; lastEnd: number } {
  const places = new Set<number>();
  let latestPlace = -1;
  let lastEnd = 0;
  for (let index = 0; index < notes.length; index += 1) {
    const note = notes[index];
    if (!note) continue;
    const place = placeOf(note);
    if (place !== latestPlace) places.add(place);
    latestPlace = place;
    if (note.endSeconds > lastEnd && note.channel !== DRUM_CHANNEL) lastEnd = note.endSeconds;
  }
  return { places, lastEnd };
}

interface Instrument {
  readonly presses: Presses;
  /** By pitch: when the key is next struck while the pedal is down. */
  readonly nextStrike: Float64Array;
}

/** A program of a channel of a track; looked up once as long as the notes stay with it. */
class Instruments {
  readonly #pedals: ReadonlyMap<number, Presses>;
  readonly #byKey = new Map<number, Instrument>();
  #key = -1;
  #instrument: Instrument = { presses: new Presses(), nextStrike: new Float64Array(128).fill(Infinity) };

  constructor(pedals: ReadonlyMap<number, Presses>) {
    this.#pedals = pedals;
  }

  of(note: ScoreNote): Instrument {
    const place = placeOf(note);
    const key = place * 128 + note.program;
    if (key === this.#key) return this.#instrument;
    const found = this.#byKey.get(key);
    this.#key = key;
    this.#instrument = found ?? {
      presses: this.#pedals.get(place) ?? new Presses(),
      nextStrike: new Float64Array(128).fill(Infinity),
    };
    if (!found) this.#byKey.set(key, this.#instrument);
    return this.#instrument;
  }
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

  /** When the pedal, if it is down at `seconds`, is lifted: Infinity where never; `seconds` itself where it is up. */
  liftAfter(seconds: number): number {
    if (this.#downs.length === 0) return seconds;
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
