/** The sustain pedal, folded into note lengths. */
import { DRUM_CHANNEL, type PedalEvent, type ScoreNote } from "./score.ts";

/** What happens at equal times happens in this order. */
const PEDAL_DOWN = 0;
const PEDAL_UP = 1;
const NOTE_ON = 2;
const NOTE_OFF = 3;

/**
 * Lengthens notes by the sustain pedal, following note-seq's `apply_sustain_control_changes`. While the pedal of an
 * instrument is down its notes sound on after their keys are released, until the pedal is lifted or the key is struck
 * again; a note struck again at the very moment it began is dropped. What still sounds at the end is ended by the last
 * event of the piece. An instrument is one program on one channel of one track.
 *
 * @param notes in order of start; percussion is not sustained.
 * @returns the notes in the same order, with new ends where the pedal held them. `startTick` and `endTick` stay those
 *   of the key.
 */
export function applySustain(notes: readonly ScoreNote[], pedal: readonly PedalEvent[]): ScoreNote[] {
  const pitched = notes.filter((note) => note.channel !== DRUM_CHANNEL);
  if (pedal.length === 0) return pitched;
  const instruments = new Instruments(pitched);
  const ends = Float64Array.from(pitched, (note) => note.endSeconds);
  const dropped = new Uint8Array(pitched.length);
  const moments = momentsInOrder(pitched, pedal);
  let lastSeconds = 0;
  for (const moment of moments) {
    const { seconds, kind, index } = moment;
    lastSeconds = seconds;
    if (kind === PEDAL_DOWN || kind === PEDAL_UP) {
      const event = pedal[index];
      if (!event) continue;
      const instrument = instruments.ofPedal(event);
      instrument.isPedalDown = kind === PEDAL_DOWN;
      if (kind === PEDAL_UP) instrument.release(seconds, ends);
      continue;
    }
    const note = pitched[index];
    if (!note) continue;
    const instrument = instruments.ofNote(note);
    if (kind === NOTE_ON) {
      if (instrument.isPedalDown) {
        for (const earlier of instrument.takeKey(note.pitch)) {
          ends[earlier] = seconds;
          if (pitched[earlier]?.startSeconds === seconds) dropped[earlier] = 1;
        }
      }
      instrument.sound(note.pitch, index);
    } else if (!instrument.isPedalDown) {
      instrument.silence(note.pitch, index);
    }
  }
  for (const instrument of instruments.all()) {
    for (const index of instrument.sounding()) ends[index] = lastSeconds;
  }
  return pitched.flatMap((note, index) =>
    dropped[index] ? [] : [{ ...note, endSeconds: ends[index] ?? note.endSeconds }],
  );
}

interface Moment {
  readonly seconds: number;
  readonly kind: number;
  /** Into the notes, or into the pedal events. */
  readonly index: number;
}

function momentsInOrder(notes: readonly ScoreNote[], pedal: readonly PedalEvent[]): Moment[] {
  const moments: Moment[] = [];
  for (const [index, note] of notes.entries())
    moments.push({ seconds: note.startSeconds, kind: NOTE_ON, index });
  for (const [index, note] of notes.entries())
    moments.push({ seconds: note.endSeconds, kind: NOTE_OFF, index });
  for (const [index, event] of pedal.entries()) {
    moments.push({ seconds: event.seconds, kind: event.isDown ? PEDAL_DOWN : PEDAL_UP, index });
  }
  return moments.sort((a, b) => a.seconds - b.seconds || a.kind - b.kind);
}

/** Notes of one instrument that sound, by key or by pedal: per pitch, note indices in order of onset. */
class Instrument {
  isPedalDown = false;
  readonly #byPitch = new Map<number, number[]>();

  sound(pitch: number, index: number): void {
    const key = this.#byPitch.get(pitch);
    if (key) key.push(index);
    else this.#byPitch.set(pitch, [index]);
  }

  silence(pitch: number, index: number): void {
    const key = this.#byPitch.get(pitch);
    const at = key?.indexOf(index) ?? -1;
    if (at >= 0) key?.splice(at, 1);
  }

  takeKey(pitch: number): number[] {
    const key = this.#byPitch.get(pitch) ?? [];
    this.#byPitch.delete(pitch);
    return key;
  }

  /** The pedal is lifted: what only the pedal held ends now; keys that are still down stay. */
  release(seconds: number, ends: Float64Array): void {
    for (const [pitch, key] of this.#byPitch) {
      const held = key.filter((index) => (ends[index] ?? 0) >= seconds);
      for (const index of key) if ((ends[index] ?? 0) < seconds) ends[index] = seconds;
      if (held.length > 0) this.#byPitch.set(pitch, held);
      else this.#byPitch.delete(pitch);
    }
  }

  sounding(): number[] {
    return [...this.#byPitch.values()].flat();
  }
}

/**
 * Finds the instrument of a note or pedal event. As in pretty_midi, a pedal move belongs to the program selected at
 * that time; before that program has a note, it belongs to the first program of its channel and track that has one.
 */
class Instruments {
  readonly #byKey = new Map<number, Instrument>();
  readonly #firstProgram = new Map<number, number>();
  readonly #hasNotes = new Set<number>();

  constructor(notes: readonly ScoreNote[]) {
    for (const note of notes) {
      const place = note.track * 16 + note.channel;
      if (!this.#firstProgram.has(place)) this.#firstProgram.set(place, note.program);
      this.#hasNotes.add(place * 128 + note.program);
    }
  }

  ofNote(note: ScoreNote): Instrument {
    return this.#get((note.track * 16 + note.channel) * 128 + note.program);
  }

  ofPedal(event: PedalEvent): Instrument {
    const place = event.track * 16 + event.channel;
    const key = place * 128 + event.program;
    return this.#get(
      this.#hasNotes.has(key) ? key : place * 128 + (this.#firstProgram.get(place) ?? event.program),
    );
  }

  all(): Iterable<Instrument> {
    return this.#byKey.values();
  }

  #get(key: number): Instrument {
    const found = this.#byKey.get(key);
    if (found) return found;
    const instrument = new Instrument();
    this.#byKey.set(key, instrument);
    return instrument;
  }
}
