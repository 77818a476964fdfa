/**
 * Parses notes from channel messages, in playing order. Note-ons and note-offs are paired within their track. Where every note-on of a key
 * has a note-off, they are paired first in, first out. A note-on without a note-off ends at the next note-on of its key, at CC 120 or 123 to 127,
 * at the end of the track, or one bar after the last note event of the track, whichever is first.
 */
import { type Channel, type Channels, orderOf } from "./channel-timeline.ts";
import type { EventColumns } from "./event-columns.ts";
import type { Meter } from "./meter.ts";
import { ReadNotes } from "./note-table.ts";
import { DRUM_CHANNEL, type Track } from "./score.ts";
import { PROGRAM_CHANGE } from "./state-messages.ts";
import type { TempoMap } from "./tempo-map.ts";

const NOTE_OFF = 0x80;
/** The bits of a status byte in which note-ons and note-offs differ from other messages, and their value there. */
const NOTE_MASK = 0xe0;
const NOTE = 0x80;
/** 16 channels of 128 pitches; key = channel × 128 + pitch. */
const KEYS = 2048;
const NONE = -1;
/** The event index of an end without an event; it sorts after all events of its tick. */
const NO_EVENT = 0xffff_ffff;

/**
 * By key: the number of open note-ons, and the first and last note-on (rows) and note-off (slots) of the group. These arrays are reused for
 * all files, since their allocation takes longer than reading a small file. Reading is synchronous, and all groups are closed at the end of
 * a track.
 */
const KEY_DEPTH = new Int32Array(KEYS);
const FIRST_NOTE_ON = new Int32Array(KEYS);
const LAST_NOTE_ON = new Int32Array(KEYS);
const FIRST_RELEASE = new Int32Array(KEYS);
const LAST_RELEASE = new Int32Array(KEYS);
/** By key: the next all-notes-off of the channel, an index into `Channel.releases`. */
const NEXT_ALL_OFF = new Int32Array(KEYS);

/** Input of `readNotes` besides the events. */
export interface NoteReaderContext {
  readonly tempo: TempoMap;
  readonly meter: Meter;
  readonly channels: Channels;
}

/** Reads the notes of all tracks into one table, track after track; the notes of one track are in order of start. */
export function readNotes(
  tracks: readonly Track[],
  columns: readonly EventColumns[],
  context: NoteReaderContext,
): ReadNotes {
  const capacity = columns.reduce((sum, events) => sum + events.noteOns, 0);
  const reader = new NoteReader(new ReadNotes(columns, capacity), context);
  for (const [index, events] of columns.entries()) reader.read(events, index, tracks[index]!.endTick);
  return reader.table;
}

/**
 * Pairs note-ons and note-offs. A group is the note-ons and note-offs of a key from its first note-on until none is open. Groups are
 * linked lists, since most have one note-on and one note-off.
 */
class NoteReader {
  readonly table: ReadNotes;
  readonly #context: NoteReaderContext;
  /** By row: the next note-on of the group. */
  #noteOnAfter: Int32Array = new Int32Array(0);
  /** By slot: the next note-off of the group, its event, and the number of sustain pedal events before it. */
  readonly #releaseAfter: number[] = [];
  readonly #releaseEvents: number[] = [];
  readonly #releasePedalEvents: number[] = [];
  #releaseSlots = 0;
  #openKeys = 0;
  #track = 0;
  #ticks: Float64Array = new Float64Array(0);
  readonly #states: Channel[] = [];
  /** By channel: the number of sustain pedal events before the current event, and the tick of the next one. */
  readonly #pedalEvents = new Uint32Array(16);
  readonly #nextPedalTicks = new Float64Array(16);
  readonly #firstPedalTicks = new Float64Array(16);
  /** By channel: the program that the track selected; `NONE` before its first program change. */
  readonly #selected = new Int16Array(16);
  /** By channel: 1 where it has an all-notes-off; a program change on any track; a change of percussion. */
  readonly #hasReleases = new Uint8Array(16);
  readonly #hasPrograms = new Uint8Array(16);
  readonly #changesPercussion = new Uint8Array(16);

  constructor(table: ReadNotes, context: NoteReaderContext) {
    this.table = table;
    this.#context = context;
    KEY_DEPTH.fill(0);
  }

  read({ ticks, messages, length }: EventColumns, track: number, endTick: number): void {
    const { table } = this;
    const { startSeconds, endSeconds, pitches, velocities, trackChannels, programs, isPercussion } = table;
    const { noteOnIndices, noteOffIndices, isPedalDownAtOnset, pedalEventsBeforeEnd } = table;
    const { tempo, meter } = this.#context;
    this.#startTrack(ticks, track);
    // Fields are read once: this loop takes much of the time of reading a file.
    const states = this.#states;
    const [depths, firstNoteOns, lastNoteOns] = [KEY_DEPTH, FIRST_NOTE_ON, LAST_NOTE_ON];
    const [pedalEvents, nextPedalTicks] = [this.#pedalEvents, this.#nextPedalTicks];
    const [hasReleases, hasPrograms] = [this.#hasReleases, this.#hasPrograms];
    const changesPercussion = this.#changesPercussion;
    const selected = this.#selected;
    let { fromTick, untilTick, fromSeconds, secondsPerTick } = tempo.segmentAt(0);
    let lastNoteTick = 0;
    let row = table.length;
    let opened = 0;
    for (let index = 0; index < length; index += 1) {
      const message = messages[index]!;
      const channel = message & 0x0f;
      const data1 = (message >> 8) & 0xff;
      if ((message & NOTE_MASK) !== NOTE) {
        if ((message & 0xf0) === PROGRAM_CHANGE) selected[channel] = data1;
        continue;
      }
      const tick = ticks[index]!;
      if (tick < fromTick || tick >= untilTick)
        ({ fromTick, untilTick, fromSeconds, secondsPerTick } = tempo.segmentAt(tick));
      const seconds = fromSeconds + secondsPerTick * (tick - fromTick);
      lastNoteTick = tick;
      const key = channel * 128 + data1;
      if (tick >= nextPedalTicks[channel]!) this.#countPedalEvents(channel, tick, index);
      if (hasReleases[channel] === 1 && depths[key]! > 0) this.#allOffBefore(key, tick, index);
      const depth = depths[key]!;
      const velocity = message >> 16;
      if (velocity === 0 || (message & 0xf0) === NOTE_OFF) {
        if (depth === 0) continue;
        const first = firstNoteOns[key]!;
        if (first !== lastNoteOns[key]) {
          this.#release(key, index);
          continue;
        }
        depths[key] = 0;
        opened -= 1;
        endSeconds[first] = seconds;
        noteOffIndices[first] = index;
        pedalEventsBeforeEnd[first] = pedalEvents[channel]!;
        continue;
      }
      startSeconds[row] = seconds;
      pitches[row] = data1;
      velocities[row] = velocity;
      trackChannels[row] = track * 16 + channel;
      noteOnIndices[row] = index;
      // Pedal-down and pedal-up alternate, beginning with down.
      isPedalDownAtOnset[row] = pedalEvents[channel]! & 1;
      const own = selected[channel]!;
      if (own !== NONE) programs[row] = own;
      else if (hasPrograms[channel] === 1)
        programs[row] = states[channel]!.programs.valueAt(tick, orderOf(track, index), 0);
      const isDrum = Number(channel === DRUM_CHANNEL);
      isPercussion[row] =
        changesPercussion[channel] === 1
          ? states[channel]!.percussion.valueAt(tick, orderOf(track, index), isDrum)
          : isDrum;
      if (depth === 0) {
        firstNoteOns[key] = row;
        opened += 1;
        if (hasReleases[channel] === 1) this.#findAllOff(key, tick, index);
      } else {
        this.#append(key, row);
      }
      lastNoteOns[key] = row;
      depths[key] = depth + 1;
      row += 1;
    }
    table.length = row;
    this.#openKeys += opened;
    if (this.#openKeys > 0) this.#closeAll(Math.min(endTick, lastNoteTick + meter.barTicks(lastNoteTick)));
  }

  /** Prepares the state for a track. */
  #startTrack(ticks: Float64Array, track: number): void {
    this.#track = track;
    this.#ticks = ticks;
    this.#releaseSlots = 0;
    const { channels } = this.#context;
    // Most tracks share their channels with the track before.
    if (track === 0 || channels.idOf(track, 0) !== channels.idOf(track - 1, 0)) this.#startChannels(track);
    this.#nextPedalTicks.set(this.#firstPedalTicks);
    this.#pedalEvents.fill(0);
    this.#selected.fill(NONE);
  }

  #startChannels(track: number): void {
    for (let channel = 0; channel < 16; channel += 1) {
      const state = this.#context.channels.of(track, channel);
      this.#states[channel] = state;
      this.#firstPedalTicks[channel] = state.sustain.ticks[0] ?? Infinity;
      this.#hasReleases[channel] = Number(state.releases.length > 0);
      this.#hasPrograms[channel] = Number(state.programs.length > 0);
      this.#changesPercussion[channel] = Number(state.percussion.length > 0);
    }
  }

  /** Counts the sustain pedal events of a channel before an event. */
  #countPedalEvents(channel: number, tick: number, index: number): void {
    const { sustain } = this.#states[channel]!;
    const order = orderOf(this.#track, index);
    let count = this.#pedalEvents[channel]!;
    while (sustain.isBefore(count, tick, order)) count += 1;
    this.#pedalEvents[channel] = count;
    this.#nextPedalTicks[channel] = sustain.ticks[count] ?? Infinity;
  }

  /** Adds a note-on to an open group. */
  #append(key: number, row: number): void {
    const last = LAST_NOTE_ON[key]!;
    if (last === FIRST_NOTE_ON[key]) FIRST_RELEASE[key] = NONE;
    if (this.#noteOnAfter.length === 0) this.#noteOnAfter = new Int32Array(this.table.pitches.length);
    this.#noteOnAfter[last] = row;
  }

  /** Adds a note-off to a group of several note-ons. */
  #release(key: number, index: number): void {
    const depth = KEY_DEPTH[key]! - 1;
    KEY_DEPTH[key] = depth;
    const slot = this.#releaseSlots++;
    this.#releaseEvents[slot] = index;
    this.#releasePedalEvents[slot] = this.#pedalEvents[key >> 7]!;
    this.#releaseAfter[slot] = NONE;
    if (FIRST_RELEASE[key] === NONE) FIRST_RELEASE[key] = slot;
    else this.#releaseAfter[LAST_RELEASE[key]!] = slot;
    LAST_RELEASE[key] = slot;
    if (depth > 0) return;
    this.#openKeys -= 1;
    let release = FIRST_RELEASE[key]!;
    for (const row of this.#groupRows(key)) {
      this.#endWith(row, release);
      release = this.#releaseAfter[release]!;
    }
  }

  /** Finds the next all-notes-off of the channel for a note-on. */
  #findAllOff(key: number, tick: number, index: number): void {
    const { releases } = this.#states[key >> 7]!;
    NEXT_ALL_OFF[key] = releases.lastBefore(tick, orderOf(this.#track, index)) + 1;
  }

  /** The rows of the group of a key. */
  #groupRows(key: number): number[] {
    let row = FIRST_NOTE_ON[key]!;
    const rows = [row];
    for (const last = LAST_NOTE_ON[key]!; row !== last; rows.push(row)) row = this.#noteOnAfter[row]!;
    return rows;
  }

  /** Ends the notes of a key at an all-notes-off, if one comes before an event. */
  #allOffBefore(key: number, tick: number, index: number): void {
    const { releases } = this.#states[key >> 7]!;
    const allOff = NEXT_ALL_OFF[key]!;
    if (releases.isBefore(allOff, tick, orderOf(this.#track, index)))
      this.#close(key, releases.ticks[allOff]!, releases.orders[allOff]!);
  }

  #closeAll(endTick: number): void {
    const end = orderOf(this.#track, NO_EVENT);
    for (let key = 0; key < KEYS; key += 1) {
      if (KEY_DEPTH[key] === 0) continue;
      const { releases } = this.#states[key >> 7]!;
      if (releases.length > 0) this.#allOffBefore(key, endTick, NO_EVENT);
      if (KEY_DEPTH[key]! > 0) this.#close(key, endTick, end);
    }
  }

  /**
   * Ends a group with fewer note-offs than note-ons. Each note-off cancels the latest open note-on before it. The remaining note-ons end at
   * the next note-on, the last one at `endTick`. The others are paired with the note-offs first in, first out.
   */
  #close(key: number, endTick: number, endOrder: number): void {
    const { noteOnIndices } = this.table;
    const noteOns = this.#groupRows(key);
    const releases: number[] = [];
    const firstRelease = noteOns.length > 1 ? FIRST_RELEASE[key]! : NONE;
    for (let slot = firstRelease; slot !== NONE; slot = this.#releaseAfter[slot]!) releases.push(slot);
    const unreleased: number[] = [];
    let nextRelease = 0;
    for (let rank = 0; rank <= noteOns.length; rank += 1) {
      const noteOn = rank < noteOns.length ? noteOnIndices[noteOns[rank]!]! : Infinity;
      for (
        ;
        nextRelease < releases.length && this.#releaseEvents[releases[nextRelease]!]! < noteOn;
        nextRelease += 1
      )
        unreleased.pop();
      if (rank < noteOns.length) unreleased.push(rank);
    }
    const isUnreleased = new Set(unreleased);
    let release = 0;
    for (const [rank, row] of noteOns.entries()) {
      const next = noteOns[rank + 1];
      if (!isUnreleased.has(rank)) this.#endWith(row, releases[release++]!);
      else if (next === undefined) this.#endAt(row, endTick, endOrder);
      else this.#endAt(row, this.#ticks[noteOnIndices[next]!]!, orderOf(this.#track, noteOnIndices[next]!));
    }
    KEY_DEPTH[key] = 0;
    this.#openKeys -= 1;
  }

  #endWith(row: number, release: number): void {
    const index = this.#releaseEvents[release]!;
    const seconds = this.#context.tempo.seconds(this.#ticks[index]!);
    this.#end(row, index, seconds, this.#releasePedalEvents[release]!);
  }

  #end(row: number, index: number, seconds: number, pedalEvents: number): void {
    const { endSeconds, noteOffIndices, pedalEventsBeforeEnd } = this.table;
    endSeconds[row] = seconds;
    noteOffIndices[row] = index;
    pedalEventsBeforeEnd[row] = pedalEvents;
  }

  /** Ends a note without a note-off. */
  #endAt(row: number, tick: number, order: number): void {
    const { unreleased, trackChannels } = this.table;
    const { sustain } = this.#states[trackChannels[row]! & 0x0f]!;
    const pedalEvents = sustain.length > 0 ? sustain.lastBefore(tick, order) + 1 : 0;
    this.#end(row, NONE, this.#context.tempo.seconds(tick), pedalEvents);
    unreleased.set(row, { tick, order });
  }
}
