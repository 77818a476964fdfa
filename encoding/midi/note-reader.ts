/**
 * Channel messages to notes, in the order in which a player sends them. Notes pair within their own track. Where every
 * strike of a key has its release, the first release ends the first strike. A strike without a release ends at the next
 * strike of its key, at CC 120 or 123 to 127, at the end of the track, or a bar after the last note event of the track,
 * whichever is first.
 */
import { type Channel, type Channels, orderOf } from "./channel-timeline.ts";
import type { EventColumns } from "./event-columns.ts";
import type { Meter } from "./meter.ts";
import { ReadNotes } from "./note-table.ts";
import { DRUM_CHANNEL, type Track } from "./score.ts";
import type { TempoMap } from "./tempo-map.ts";

const NOTE_OFF = 0x80;
const NOTE_ON = 0x90;
const PROGRAM_CHANGE = 0xc0;
/** 16 channels of 128 pitches; key = channel × 128 + pitch. */
const KEYS = 2048;
const NONE = -1;
/** The event index of an end that no event of the track makes; on its tick it comes after all of them. */
const NO_EVENT = 0xffff_ffff;

/** What notes are read with. */
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
 * The strikes and releases of a key from its first strike until all are released make a group. They are kept as linked
 * lists, since most groups are one strike and one release.
 */
class NoteReader {
  readonly table: ReadNotes;
  readonly #context: NoteReaderContext;
  /** By key: how many strikes are not yet released, and the group's first and last strike (rows) and release (slots). */
  readonly #depth = new Int32Array(KEYS);
  readonly #firstNoteOn = new Int32Array(KEYS);
  readonly #lastNoteOn = new Int32Array(KEYS);
  readonly #firstRelease = new Int32Array(KEYS);
  readonly #lastRelease = new Int32Array(KEYS);
  /** By key: the next moment at which all keys of the channel are released, an index into `Channel.releases`. */
  readonly #nextAllOff = new Int32Array(KEYS);
  readonly #noteOnAfter: Int32Array;
  readonly #releaseAfter: Int32Array;
  readonly #releaseEvents: Int32Array;
  readonly #releasePedalEvents: Uint32Array;
  #releaseSlots = 0;
  #openKeys = 0;
  #track = 0;
  #ticks: Float64Array = new Float64Array(0);
  readonly #states: Channel[] = [];
  /** By channel: how many moves of the sustain pedal lie before the event that is read, and the tick of the next one. */
  readonly #pedalEvents = new Uint32Array(16);
  readonly #nextPedalTicks = new Float64Array(16);
  /** By channel: 1 where there are moments at which all its keys are released. */
  readonly #hasReleases = new Uint8Array(16);

  constructor(table: ReadNotes, context: NoteReaderContext) {
    this.table = table;
    this.#context = context;
    const capacity = table.pitches.length;
    this.#noteOnAfter = new Int32Array(capacity);
    this.#releaseAfter = new Int32Array(capacity);
    this.#releaseEvents = new Int32Array(capacity);
    this.#releasePedalEvents = new Uint32Array(capacity);
  }

  read({ ticks, messages, length }: EventColumns, track: number, endTick: number): void {
    const { table } = this;
    const { startSeconds, endSeconds, endTicks, pitches, velocities, places, programs, isPercussion } = table;
    const { noteOnIndices, noteOffIndices, isPedalDownAtOnset, pedalEventsBeforeEnd } = table;
    const { tempo, meter } = this.#context;
    this.#startTrack(ticks, track);
    // Fields are read once: this loop is what reading a file waits for most.
    const [states, depths, firstStrikes, lastStrikes] = [
      this.#states,
      this.#depth,
      this.#firstNoteOn,
      this.#lastNoteOn,
    ];
    const [moves, nextMoveTicks, hasReleases] = [this.#pedalEvents, this.#nextPedalTicks, this.#hasReleases];
    const selected = new Int16Array(16).fill(NONE);
    let { fromTick, untilTick, fromSeconds, secondsPerTick } = tempo.segmentAt(0);
    let lastNoteTick = 0;
    let row = table.length;
    let opened = 0;
    for (let index = 0; index < length; index += 1) {
      const message = messages[index]!;
      const kind = message & 0xf0;
      const channel = message & 0x0f;
      const data1 = (message >> 8) & 0xff;
      if (kind === PROGRAM_CHANGE) selected[channel] = data1;
      if (kind !== NOTE_ON && kind !== NOTE_OFF) continue;
      const tick = ticks[index]!;
      if (tick < fromTick || tick >= untilTick)
        ({ fromTick, untilTick, fromSeconds, secondsPerTick } = tempo.segmentAt(tick));
      const seconds = fromSeconds + secondsPerTick * (tick - fromTick);
      lastNoteTick = tick;
      const key = channel * 128 + data1;
      if (tick >= nextMoveTicks[channel]!) this.#countPedalEvents(channel, tick, index);
      if (hasReleases[channel] === 1 && depths[key]! > 0) this.#allOffBefore(key, tick, index);
      const depth = depths[key]!;
      const velocity = message >> 16;
      if (kind === NOTE_OFF || velocity === 0) {
        if (depth === 0) continue;
        const first = firstStrikes[key]!;
        if (first !== lastStrikes[key]) {
          this.#release(key, index);
          continue;
        }
        depths[key] = 0;
        opened -= 1;
        endSeconds[first] = seconds;
        endTicks[first] = tick;
        noteOffIndices[first] = index;
        pedalEventsBeforeEnd[first] = moves[channel]!;
        continue;
      }
      startSeconds[row] = seconds;
      pitches[row] = data1;
      velocities[row] = velocity;
      places[row] = track * 16 + channel;
      noteOnIndices[row] = index;
      // Moves alternate, and the first one is down.
      isPedalDownAtOnset[row] = moves[channel]! & 1;
      const own = selected[channel]!;
      const { programs: shared, percussion } = states[channel]!;
      if (own !== NONE) programs[row] = own;
      else if (shared.length > 0) programs[row] = shared.valueAt(tick, orderOf(track, index), 0);
      const isDrum = Number(channel === DRUM_CHANNEL);
      isPercussion[row] =
        percussion.length > 0 ? percussion.valueAt(tick, orderOf(track, index), isDrum) : isDrum;
      if (depth === 0) {
        firstStrikes[key] = row;
        opened += 1;
        if (hasReleases[channel] === 1) this.#findAllOff(key, tick, index);
      } else {
        this.#chain(key, row);
      }
      lastStrikes[key] = row;
      depths[key] = depth + 1;
      row += 1;
    }
    table.length = row;
    this.#openKeys += opened;
    if (this.#openKeys > 0) this.#closeAll(Math.min(endTick, lastNoteTick + meter.barTicks(lastNoteTick)));
  }

  /** Takes up a track. */
  #startTrack(ticks: Float64Array, track: number): void {
    this.#track = track;
    this.#ticks = ticks;
    this.#releaseSlots = 0;
    this.#pedalEvents.fill(0);
    for (let channel = 0; channel < 16; channel += 1) {
      const state = this.#context.channels.of(track, channel);
      this.#states[channel] = state;
      this.#nextPedalTicks[channel] = state.sustain.length > 0 ? state.sustain.ticks[0]! : Infinity;
      this.#hasReleases[channel] = Number(state.releases.length > 0);
    }
  }

  /** Counts the moves of a channel's sustain pedal that lie before an event. */
  #countPedalEvents(channel: number, tick: number, index: number): void {
    const { sustain } = this.#states[channel]!;
    const order = orderOf(this.#track, index);
    let moves = this.#pedalEvents[channel]!;
    while (sustain.isBefore(moves, tick, order)) moves += 1;
    this.#pedalEvents[channel] = moves;
    this.#nextPedalTicks[channel] = sustain.ticks[moves] ?? Infinity;
  }

  /** Adds a strike to a group that has one. */
  #chain(key: number, row: number): void {
    const last = this.#lastNoteOn[key]!;
    if (last === this.#firstNoteOn[key]) this.#firstRelease[key] = NONE;
    this.#noteOnAfter[last] = row;
  }

  /** Adds a release to a group of several strikes. */
  #release(key: number, index: number): void {
    const depth = this.#depth[key]! - 1;
    this.#depth[key] = depth;
    const slot = this.#releaseSlots++;
    this.#releaseEvents[slot] = index;
    this.#releasePedalEvents[slot] = this.#pedalEvents[key >> 7]!;
    this.#releaseAfter[slot] = NONE;
    if (this.#firstRelease[key] === NONE) this.#firstRelease[key] = slot;
    else this.#releaseAfter[this.#lastRelease[key]!] = slot;
    this.#lastRelease[key] = slot;
    if (depth > 0) return;
    this.#openKeys -= 1;
    let release = this.#firstRelease[key]!;
    for (const row of this.#groupRows(key)) {
      this.#endWith(row, release);
      release = this.#releaseAfter[release]!;
    }
  }

  /** Finds the next release of the whole channel, for a key that is struck. */
  #findAllOff(key: number, tick: number, index: number): void {
    const { releases } = this.#states[key >> 7]!;
    this.#nextAllOff[key] = releases.lastBefore(tick, orderOf(this.#track, index)) + 1;
  }

  /** The rows of a key's group. */
  #groupRows(key: number): number[] {
    let row = this.#firstNoteOn[key]!;
    const rows = [row];
    for (const last = this.#lastNoteOn[key]!; row !== last; rows.push(row)) row = this.#noteOnAfter[row]!;
    return rows;
  }

  /** Ends the strikes of a key at a release of the whole channel, if one comes before an event. */
  #allOffBefore(key: number, tick: number, index: number): void {
    const { releases } = this.#states[key >> 7]!;
    const clear = this.#nextAllOff[key]!;
    if (releases.isBefore(clear, tick, orderOf(this.#track, index)))
      this.#close(key, releases.ticks[clear]!, releases.orders[clear]!);
  }

  #closeAll(endTick: number): void {
    const end = orderOf(this.#track, NO_EVENT);
    for (let key = 0; key < KEYS; key += 1) {
      if (this.#depth[key] === 0) continue;
      const { releases } = this.#states[key >> 7]!;
      if (releases.length > 0) this.#allOffBefore(key, endTick, NO_EVENT);
      if (this.#depth[key]! > 0) this.#close(key, endTick, end);
    }
  }

  /**
   * Ends a group with fewer releases than strikes: a release belongs to the latest strike before it that has none; the
   * strikes left over end at the next strike, the last one at a tick; the others first in, first out.
   */
  #close(key: number, endTick: number, endOrder: number): void {
    const { noteOnIndices } = this.table;
    const strikes = this.#groupRows(key);
    const releases: number[] = [];
    const firstRelease = strikes.length > 1 ? this.#firstRelease[key]! : NONE;
    for (let slot = firstRelease; slot !== NONE; slot = this.#releaseAfter[slot]!) releases.push(slot);
    const unreleased: number[] = [];
    let taken = 0;
    for (let place = 0; place <= strikes.length; place += 1) {
      const nextStrike = place < strikes.length ? noteOnIndices[strikes[place]!]! : Infinity;
      for (; taken < releases.length && this.#releaseEvents[releases[taken]!]! < nextStrike; taken += 1)
        unreleased.pop();
      if (place < strikes.length) unreleased.push(place);
    }
    const isUnreleased = new Set(unreleased);
    let release = 0;
    for (const [place, row] of strikes.entries()) {
      const next = strikes[place + 1];
      if (!isUnreleased.has(place)) this.#endWith(row, releases[release++]!);
      else if (next === undefined) this.#endAt(row, endTick, endOrder);
      else this.#endAt(row, this.#ticks[noteOnIndices[next]!]!, orderOf(this.#track, noteOnIndices[next]!));
    }
    this.#depth[key] = 0;
    this.#openKeys -= 1;
  }

  #endWith(row: number, release: number): void {
    const index = this.#releaseEvents[release]!;
    const tick = this.#ticks[index]!;
    this.#end(row, tick, index, this.#context.tempo.seconds(tick), this.#releasePedalEvents[release]!);
  }

  #end(row: number, tick: number, index: number, seconds: number, moves: number): void {
    const { endSeconds, endTicks, noteOffIndices, pedalEventsBeforeEnd } = this.table;
    endSeconds[row] = seconds;
    endTicks[row] = tick;
    noteOffIndices[row] = index;
    pedalEventsBeforeEnd[row] = moves;
  }

  /** Ends a note that no event of its own releases. */
  #endAt(row: number, tick: number, order: number): void {
    const { unreleasedOrders, places } = this.table;
    const { sustain } = this.#states[places[row]! & 0x0f]!;
    const moves = sustain.length > 0 ? sustain.lastBefore(tick, order) + 1 : 0;
    this.#end(row, tick, NONE, this.#context.tempo.seconds(tick), moves);
    unreleasedOrders.set(row, order);
  }
}
