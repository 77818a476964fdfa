/** Parses notes and pedals from channel messages as pretty_midi does: `compatibility: "note-seq"`. */
import type { EventColumns } from "./event-columns.ts";
import { ReadNotes } from "./note-table.ts";
import { sustainedEnds } from "./note-seq-sustain.ts";
import { isPedalDown, isPedalEvent, Pedal } from "./pedal.ts";
import { DRUM_CHANNEL } from "./score.ts";
import type { TempoMap } from "./tempo-map.ts";

const NOTE_OFF = 0x80;
const NOTE_ON = 0x90;
const PROGRAM_CHANGE = 0xc0;
/** 16 channels of 128 pitches; key = channel × 128 + pitch. */
const KEYS = 2048;
const NONE = -1;
/** The index of a note-off that has not been read yet. */
const OPEN = -1;

/**
 * Reads the notes and pedal events of tracks. A note-off (or a note-on of velocity 0) ends the oldest open note of its channel and
 * pitch; one without an open note is ignored; a note without a note-off is omitted, as in pretty_midi.
 */
export class NoteSeqReader {
  readonly #table: ReadNotes;
  readonly #pedals = new Map<number, Pedal>();
  readonly #tempo: TempoMap;
  /** Rows of the first and last open note of each key; `#next` links them. */
  readonly #first = new Int32Array(KEYS);
  readonly #last = new Int32Array(KEYS);
  readonly #next: Int32Array;

  constructor(tempo: TempoMap, tracks: readonly EventColumns[]) {
    const capacity = tracks.reduce((sum, events) => sum + events.noteOns, 0);
    this.#tempo = tempo;
    this.#table = new ReadNotes(tracks, capacity);
    this.#next = new Int32Array(capacity);
  }

  /** The notes of all tracks. Call it after the last track. */
  finish(): ReadNotes {
    const table = this.#table;
    const { startSeconds, endSeconds, pitches, velocities, trackChannels, programs, length } = table;
    const pedals = this.#pedals;
    table.soundEnds = sustainedEnds({
      startSeconds,
      endSeconds,
      pitches,
      velocities,
      trackChannels,
      programs,
      length,
      pedals,
    });
    return table;
  }

  /** Reads a track; returns the number of its notes without a note-off. */
  read({ ticks, messages, length }: EventColumns, track: number): number {
    const table = this.#table;
    const { startSeconds, endSeconds, pitches, velocities, trackChannels, programs } = table;
    const { noteOnIndices, noteOffIndices, isPercussion } = table;
    const pedals = this.#pedals;
    const tempo = this.#tempo;
    let { fromTick, untilTick, fromSeconds, secondsPerTick } = tempo.segmentAt(0);
    const selected = new Uint8Array(16);
    const first = this.#first.fill(NONE);
    const last = this.#last;
    const next = this.#next;
    const instruments = new Map<number, number>();
    const base = table.length;
    let latestInstrument = NONE;
    let row = base;
    let openCount = 0;

    for (let index = 0; index < length; index += 1) {
      const message = messages[index]!;
      const tick = ticks[index]!;
      if (tick < fromTick || tick >= untilTick)
        ({ fromTick, untilTick, fromSeconds, secondsPerTick } = tempo.segmentAt(tick));
      const seconds = fromSeconds + secondsPerTick * (tick - fromTick);
      const channel = message & 0x0f;
      const kind = message & 0xf0;
      const data1 = (message >> 8) & 0xff;
      const data2 = message >> 16;
      const key = channel * 128 + data1;
      if (kind === NOTE_ON && data2 > 0) {
        if (first[key] === NONE) first[key] = row;
        else next[last[key]!] = row;
        last[key] = row;
        next[row] = NONE;
        openCount += 1;
        startSeconds[row] = seconds;
        pitches[row] = data1;
        velocities[row] = data2;
        trackChannels[row] = track * 16 + channel;
        isPercussion[row] = Number(channel === DRUM_CHANNEL);
        noteOnIndices[row] = index;
        noteOffIndices[row] = OPEN;
        row += 1;
      } else if (kind === NOTE_OFF || kind === NOTE_ON) {
        const ended = first[key] ?? NONE;
        if (ended === NONE) continue;
        first[key] = next[ended] ?? NONE;
        openCount -= 1;
        endSeconds[ended] = seconds;
        const program = selected[channel]!;
        programs[ended] = program;
        noteOffIndices[ended] = index;
        const instrument = channel * 128 + program;
        if (instrument !== latestInstrument && !instruments.has(instrument))
          instruments.set(instrument, instruments.size);
        latestInstrument = instrument;
      } else if (kind === PROGRAM_CHANGE) {
        selected[channel] = data1;
      } else if (isPedalEvent(message)) {
        const trackChannel = track * 16 + channel;
        const pedal = pedals.get(trackChannel) ?? new Pedal();
        pedals.set(trackChannel, pedal);
        pedal.push(seconds, isPedalDown(message));
      }
    }
    table.length = row;
    if (openCount > 0 || instruments.size > 1) this.#finishTrack(base, ticks, instruments);
    return openCount;
  }

  /**
   * Omits notes without a note-off. Sorts notes with the same start by instrument, in pretty_midi's numbering: the order in which
   * instruments first end a note.
   */
  #finishTrack(base: number, ticks: Float64Array, instruments: ReadonlyMap<number, number>): void {
    const { trackChannels, programs, noteOnIndices, noteOffIndices, length } = this.#table;
    const startTick = (row: number): number => ticks[noteOnIndices[row]!]!;
    const rank = (row: number): number =>
      instruments.get((trackChannels[row]! & 0x0f) * 128 + programs[row]!) ?? 0;
    const rows = Array.from({ length: length - base }, (_, index) => base + index);
    const ended = rows.filter((row) => noteOffIndices[row] !== OPEN);
    if (instruments.size > 1) ended.sort((a, b) => startTick(a) - startTick(b) || rank(a) - rank(b));
    this.#table.replaceFrom(base, ended);
  }
}
