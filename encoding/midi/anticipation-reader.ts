/**
 * Parses notes from channel messages as the encoder of the Anticipatory Music Transformer does (Thickstun et al. 2023,
 * `convert.py` with mido): `compatibility: "anticipation"`.
 */
import type { EventColumns } from "./event-columns.ts";
import { ReadNotes } from "./note-table.ts";
import { type Division, DRUM_CHANNEL } from "./score.ts";
import { DEFAULT_MICROSECONDS_PER_QUARTER, TEMPO_META, type TempoMap } from "./tempo-map.ts";
import { ascendingOrder } from "../sort.ts";

const NOTE_OFF = 0x80;
const NOTE_ON = 0x90;
const PROGRAM_CHANGE = 0xc0;
/** Duration of a note without a note-off, in seconds. */
const UNENDED_SECONDS = 0.25;
const NO_EVENT = -1;
const NONE = -1;

/** The tracks of a file, merged by tick, as notes. */
export class AnticipationReader {
  readonly #division: Division;
  readonly #tracks: readonly EventColumns[];
  readonly #tempo: TempoMap;
  readonly #independentTracks: boolean;
  readonly #table: ReadNotes;
  /** Rows of the open notes of each key, oldest first; a key is 128 × channel (format 2: track × 16 + channel) + pitch. */
  readonly #open = new Map<number, number[]>();
  readonly #programs = new Map<number, number>();
  /** The next free row of each track. */
  readonly #rows: number[] = [];

  constructor(
    division: Division,
    tracks: readonly EventColumns[],
    tempo: TempoMap,
    independentTracks: boolean,
  ) {
    this.#division = division;
    this.#tracks = tracks;
    this.#tempo = tempo;
    this.#independentTracks = independentTracks;
    let rows = 0;
    for (const { noteOns } of tracks) {
      this.#rows.push(rows);
      rows += noteOns;
    }
    this.#table = new ReadNotes(tracks, rows);
    this.#table.length = rows;
    this.#table.noteOffIndices.fill(NO_EVENT);
    this.#table.endSeconds.fill(NaN);
  }

  /** @returns the notes, and by track the number of notes without a note-off. */
  read(): { readonly table: ReadNotes; readonly unended: ReadonlyMap<number, number> } {
    const { tracks, indices } = this.#mergedOrder();
    const cursors = this.#tracks.map(() => 0);
    let [tick, seconds] = [0, 0];
    let secondsPerTick = this.#secondsPerTick(DEFAULT_MICROSECONDS_PER_QUARTER);
    for (let step = 0; step < tracks.length; step += 1) {
      const track = tracks[step]!;
      const index = indices[step]!;
      const { ticks, messages, longEvents } = this.#tracks[track]!;
      // A running sum, not a multiple of the ticks since the last tempo change, so that halves of steps are rounded as with mido.
      seconds += (ticks[index]! - tick) * secondsPerTick;
      tick = ticks[index]!;
      const message = messages[index]!;
      if ((message & 0xf0) !== 0xf0) this.#apply(message, track, index, tick, seconds);
      else {
        const cursor = cursors[track]!;
        cursors[track] = cursor + 1;
        if (longEvents.types[cursor] === TEMPO_META)
          secondsPerTick = this.#secondsPerTick(longEvents.uint24(cursor));
      }
    }
    const unended = this.#endOpenNotes();
    const { endSeconds, isPercussion } = this.#table;
    this.#table.soundEnds = endSeconds.map((end, row) => (isPercussion[row] === 1 ? NaN : end));
    return { table: this.#table, unended };
  }

  /** All events by tick, then by track, then in file order. */
  #mergedOrder(): { readonly tracks: Uint32Array; readonly indices: Uint32Array } {
    const length = this.#tracks.reduce((sum, track) => sum + track.length, 0);
    const tracks = new Uint32Array(length);
    const indices = new Uint32Array(length);
    const ticks = new Float64Array(length);
    let at = 0;
    for (const [track, events] of this.#tracks.entries()) {
      for (let index = 0; index < events.length; index += 1, at += 1) {
        tracks[at] = track;
        indices[at] = index;
        ticks[at] = events.ticks[index]!;
      }
    }
    if (this.#tracks.length < 2) return { tracks, indices };
    const order = orderOfTicks(ticks);
    return { tracks: order.map((event) => tracks[event]!), indices: order.map((event) => indices[event]!) };
  }

  #apply(message: number, track: number, index: number, tick: number, seconds: number): void {
    const table = this.#table;
    const channel = message & 0x0f;
    const kind = message & 0xf0;
    const data1 = (message >> 8) & 0xff;
    const channelKey = this.#independentTracks ? track * 16 + channel : channel;
    const key = channelKey * 128 + data1;
    if (kind === PROGRAM_CHANGE) this.#programs.set(channelKey, data1);
    else if (kind === NOTE_ON && message >> 16 > 0) {
      const row = this.#rows[track]!;
      this.#rows[track] = row + 1;
      table.startSeconds[row] = seconds;
      table.pitches[row] = data1;
      table.velocities[row] = message >> 16;
      table.trackChannels[row] = track * 16 + channel;
      table.programs[row] = this.#programs.get(channelKey) ?? 0;
      table.isPercussion[row] = Number(channel === DRUM_CHANNEL);
      table.noteOnIndices[row] = index;
      const open = this.#open.get(key);
      if (open) open.push(row);
      else this.#open.set(key, [row]);
    } else if (kind === NOTE_OFF || kind === NOTE_ON) {
      const row = this.#open.get(key)?.shift() ?? NONE;
      if (row === NONE) return;
      table.endSeconds[row] = seconds;
      // The index of the note-off is stored only if the note-off is on the note's own track.
      if (table.trackChannels[row]! >>> 4 === track) table.noteOffIndices[row] = index;
      else table.unreleased.set(row, { tick, order: Infinity });
    }
  }

  #endOpenNotes(): Map<number, number> {
    const { startSeconds, endSeconds, trackChannels, unreleased, length } = this.#table;
    const unended = new Map<number, number>();
    for (let row = 0; row < length; row += 1) {
      if (!Number.isNaN(endSeconds[row])) continue;
      endSeconds[row] = startSeconds[row]! + UNENDED_SECONDS;
      const tick = Math.max(this.#table.startTick(row), this.#tempo.tick(endSeconds[row]!));
      unreleased.set(row, { tick, order: Infinity });
      const track = trackChannels[row]! >>> 4;
      unended.set(track, (unended.get(track) ?? 0) + 1);
    }
    return unended;
  }

  /** The arithmetic of mido, with the same order of operations. */
  #secondsPerTick(microsecondsPerQuarter: number): number {
    const division = this.#division;
    if (division.kind === "smpte") return 1 / (division.framesPerSecond * division.ticksPerFrame);
    return (microsecondsPerQuarter * 1e-6) / division.ticksPerQuarter;
  }
}

function orderOfTicks(ticks: Float64Array): Uint32Array {
  const last = ticks.reduce((latest, tick) => Math.max(latest, tick), 0);
  if (last < 2 ** 31) return ascendingOrder(Int32Array.from(ticks));
  return Uint32Array.from(ticks.keys()).sort((a, b) => ticks[a]! - ticks[b]! || a - b);
}
