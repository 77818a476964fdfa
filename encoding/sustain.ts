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
  const places = placesOf(notes);
  const heard = pedal.filter((event) => places.has(placeOf(event)));
  const instruments = new Instruments(pedalsByPlace(heard));
  const lastSeconds = lastMoment(notes, heard);
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
    const lift = presses.liftAfter(endSeconds) ?? endSeconds;
    const end = strike <= endSeconds ? strike : Math.min(strike, lift);
    ends[index] = strike === startSeconds ? NaN : end === Infinity ? lastSeconds : end;
    if (presses.liftAfter(startSeconds) !== undefined) nextStrike[pitch] = startSeconds;
  }
  return ends;
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
    this.#key = key;
    this.#instrument = this.#byKey.get(key) ?? {
      presses: this.#pedals.get(place) ?? new Presses(),
      nextStrike: new Float64Array(128).fill(Infinity),
    };
    this.#byKey.set(key, this.#instrument);
    return this.#instrument;
  }
}

/** A channel of a track: what one pedal belongs to. */
function placeOf({ track, channel }: { readonly track: number; readonly channel: number }): number {
  return track * 16 + channel;
}

function placesOf(notes: readonly ScoreNote[]): ReadonlySet<number> {
  const places = new Set<number>();
  let latest = -1;
  for (const note of notes) {
    const place = placeOf(note);
    if (place !== latest) places.add(place);
    latest = place;
  }
  return places;
}

/** The times for which one pedal is down: from each `downs[i]` up to, and not with, `lifts[i]`; ascending. */
class Presses {
  readonly #downs: number[] = [];
  readonly #lifts: number[] = [];
  /** Where the latest question was answered; the next one mostly is about a time nearby. */
  #cursor = 0;

  /** Takes the pedal's state from `seconds` on, later than any before. */
  set(seconds: number, isDown: boolean): void {
    const wasDown = this.#downs.length > this.#lifts.length;
    if (isDown && !wasDown) this.#downs.push(seconds);
    if (!isDown && wasDown) this.#lifts.push(seconds);
  }

  /** When the pedal is next lifted, if it is down at `seconds`: Infinity where never, undefined where it is up. */
  liftAfter(seconds: number): number | undefined {
    const press = this.#lastDownAt(seconds);
    if (press < 0) return undefined;
    const lift = this.#lifts[press] ?? Infinity;
    return lift > seconds ? lift : undefined;
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

/** Pedal moves, in order of time, as presses; of moves at the same time one that lifts comes last. */
function pedalsByPlace(pedal: readonly PedalEvent[]): ReadonlyMap<number, Presses> {
  const latest = new Map<number, { seconds: number; isDown: boolean }>();
  const pedals = new Map<number, Presses>();
  for (const event of pedal) {
    const place = placeOf(event);
    if (!pedals.has(place)) pedals.set(place, new Presses());
    const before = latest.get(place);
    if (before?.seconds === event.seconds) {
      before.isDown &&= event.isDown;
    } else {
      if (before) pedals.get(place)?.set(before.seconds, before.isDown);
      latest.set(place, { seconds: event.seconds, isDown: event.isDown });
    }
  }
  for (const [place, { seconds, isDown }] of latest) pedals.get(place)?.set(seconds, isDown);
  return pedals;
}

/** The last event that note-seq plays through: percussion is none, a pedal's is, whatever its instrument. */
function lastMoment(notes: readonly ScoreNote[], pedal: readonly PedalEvent[]): number {
  let last = 0;
  for (const { endSeconds, channel } of notes)
    if (channel !== DRUM_CHANNEL && endSeconds > last) last = endSeconds;
  for (const { seconds } of pedal) if (seconds > last) last = seconds;
  return last;
}
