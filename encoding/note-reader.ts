/** Channel messages to notes and pedal moves, one track at a time. */
import type { PedalEvent, ScoreNote, Track } from "./score.ts";
import type { TempoMap } from "./tempo-map.ts";

const NOTE_OFF = 0x80;
const NOTE_ON = 0x90;
const CONTROL_CHANGE = 0xb0;
const PROGRAM_CHANGE = 0xc0;
const SUSTAIN_CONTROLLER = 64;
/** Controller values from here on mean that the pedal is down. */
const PEDAL_DOWN = 64;
/** 16 channels of 128 pitches; key = channel × 128 + pitch. */
const KEYS = 2048;
const NONE = -1;

/** A note while it is read: what its end is comes later. */
type GrowingNote = { -readonly [K in keyof ScoreNote]: ScoreNote[K] };

/**
 * Reads the notes and pedal moves out of tracks. A note-off (or a note-on of velocity 0) ends the oldest open note of
 * its channel and pitch; one without an open note is ignored; a note that never ends is left out, as in pretty_midi.
 */
export class NoteReader {
  readonly #tempo: TempoMap;
  readonly #pedal: PedalEvent[] = [];
  #notes: GrowingNote[] = [];
  #tracksWithNotes = 0;
  /** Index of the first and last open note of each key; `next` links them. */
  readonly #first = new Int32Array(KEYS);
  readonly #last = new Int32Array(KEYS);

  constructor(tempo: TempoMap) {
    this.#tempo = tempo;
  }

  /** Reads one track; returns how many of its notes never end. */
  read(track: Track, trackIndex: number): number {
    const { events } = track;
    const notes = this.#notes;
    const base = notes.length;
    const seconds = this.#tempo.walk();
    const programs = new Uint8Array(16);
    const first = this.#first.fill(NONE);
    const last = this.#last;
    const next: number[] = [];
    const instruments = new Map<number, number>();
    let latestInstrument = NONE;
    let openCount = 0;

    for (let index = 0; index < events.length; index += 1) {
      const event = events[index];
      if (event?.kind !== "channel") continue;
      const channel = event.status & 0x0f;
      const kind = event.status & 0xf0;
      const key = channel * 128 + event.data1;
      if (kind === NOTE_ON && event.data2 > 0) {
        const onset = next.push(NONE) - 1;
        if (first[key] === NONE) first[key] = onset;
        else next[last[key] ?? 0] = onset;
        last[key] = onset;
        openCount += 1;
        notes.push({
          pitch: event.data1,
          velocity: event.data2,
          startSeconds: seconds(event.tick),
          endSeconds: Infinity,
          startTick: event.tick,
          endTick: NONE,
          track: trackIndex,
          channel,
          program: 0,
          noteOnIndex: index,
          noteOffIndex: NONE,
        });
      } else if (kind === NOTE_OFF || kind === NOTE_ON) {
        const onset = first[key] ?? NONE;
        const note = onset === NONE ? undefined : notes[base + onset];
        if (!note) continue;
        first[key] = next[onset] ?? NONE;
        openCount -= 1;
        note.endSeconds = seconds(event.tick);
        note.endTick = event.tick;
        note.program = programs[channel] ?? 0;
        note.noteOffIndex = index;
        const instrument = channel * 128 + note.program;
        if (instrument !== latestInstrument && !instruments.has(instrument))
          instruments.set(instrument, instruments.size);
        latestInstrument = instrument;
      } else if (kind === PROGRAM_CHANGE) {
        programs[channel] = event.data1;
      } else if (kind === CONTROL_CHANGE && event.data1 === SUSTAIN_CONTROLLER) {
        const isDown = event.data2 >= PEDAL_DOWN;
        this.#pedal.push({ seconds: seconds(event.tick), isDown, track: trackIndex, channel });
      }
    }
    if (openCount > 0) this.#notes = notes.filter((note) => note.noteOffIndex !== NONE);
    if (this.#notes.length > base) this.#tracksWithNotes += 1;
    if (instruments.size > 1) this.#sortFrom(base, instruments);
    return openCount;
  }

  /** The notes of all tracks that were read, in order of start. */
  notes(): ScoreNote[] {
    if (this.#tracksWithNotes > 1) this.#notes.sort((a, b) => a.startTick - b.startTick);
    return this.#notes;
  }

  /** The pedal moves of all tracks that were read, in order of time. */
  pedal(): PedalEvent[] {
    return this.#pedal.sort((a, b) => a.seconds - b.seconds);
  }

  /** Puts notes that start together in order of instrument, as pretty_midi numbers them: by the first to end a note. */
  #sortFrom(base: number, instruments: ReadonlyMap<number, number>): void {
    const rank = (note: ScoreNote): number => instruments.get(note.channel * 128 + note.program) ?? 0;
    const sorted = this.#notes.splice(base).sort((a, b) => a.startTick - b.startTick || rank(a) - rank(b));
    for (const note of sorted) this.#notes.push(note);
  }
}
