/**
 * The state of each channel over time: pedals, all-notes-off, programs, percussion. A channel belongs to a port and is shared by all
 * tracks (MIDI 1.0: controllers and channel mode messages apply to the channel). On one tick, messages apply in order of track number,
 * then of the file.
 */
import { elementAt } from "../element-at.ts";
import type { EventColumns } from "./event-columns.ts";
import { percussionChange, resetsToGs, resetsToXg } from "./percussion.ts";
import { DRUM_CHANNEL } from "./score.ts";
import {
  ALL_NOTES_OFF,
  ALL_SOUND_OFF,
  BANK,
  PROGRAM_CHANGE,
  RESET_ALL_CONTROLLERS,
  SOSTENUTO,
  SUSTAIN,
} from "./state-messages.ts";
import { ascendingOrder, lastAtMost } from "../sort.ts";
import type { TempoMap } from "./tempo-map.ts";

const PORT_META = 0x21;
const SYSEX = 0xf0;
/** The bank (controller 0) of XG's drum kits. */
const XG_DRUM_BANK = 127;
/** Controller values from here on mean that a pedal is down. */
const PEDAL_DOWN = 64;
/** Upper limit on the number of events of a track. */
const EVENTS_PER_TRACK = 2 ** 32;

/** The position of an event among those of its tick. */
export function orderOf(track: number, index: number): number {
  return track * EVENTS_PER_TRACK + index;
}

/** Events of one kind in playing order, each with a value. */
export class Timeline {
  readonly ticks: number[] = [];
  readonly orders: number[] = [];
  readonly values: number[] = [];

  get length(): number {
    return this.ticks.length;
  }

  push(tick: number, order: number, value: number): void {
    this.ticks.push(tick);
    this.orders.push(order);
    this.values.push(value);
  }

  /** The last result of `lastBefore`. The next search starts there, since callers read a piece in order. */
  #latest = -1;

  /** The index of the last event before a position; −1 before the first. */
  lastBefore(tick: number, order: number): number {
    // Both bounds move away from the latest result until the position is between them.
    let low = this.#latest;
    let high = low + 1;
    for (let step = 1; low >= 0 && !this.isBefore(low, tick, order); step *= 2) {
      high = low;
      low = Math.max(-1, low - step);
    }
    for (let step = 1; high < this.length && this.isBefore(high, tick, order); step *= 2) {
      low = high;
      high = Math.min(this.length, high + step);
    }
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (this.isBefore(middle, tick, order)) low = middle;
      else high = middle;
    }
    this.#latest = low;
    return low;
  }

  isBefore(index: number, tick: number, order: number): boolean {
    if (index >= this.length) return false;
    const at = this.ticks[index]!;
    return at < tick || (at === tick && this.orders[index]! < order);
  }

  /** The value of the last event before a position. */
  valueAt(tick: number, order: number, initial: number): number {
    const index = this.lastBefore(tick, order);
    // Reading index −1 is slow: the engine treats it as a property name.
    return index < 0 ? initial : this.values[index]!;
  }
}

/** One channel of one port. */
export class Channel {
  /** Sustain pedal: 1 for down, 0 for up; the two alternate. */
  readonly sustain = new Timeline();
  /** The same for the sostenuto pedal. */
  readonly sostenuto = new Timeline();
  /** Note-offs of all keys: CC 120 and 123 to 127. */
  readonly releases = new Timeline();
  /** All sound off, regardless of pedals: CC 120. */
  readonly soundOffs = new Timeline();
  readonly programs = new Timeline();
  /** 1 for percussion, 0 for melodic. */
  readonly percussion = new Timeline();
  /** The tick of the last message. */
  latestTick = 0;
  readonly #hasDrumBank: boolean;
  #sustainSeconds: Float64Array | undefined;

  /** @param hasDrumBank whether bank 127 has drum kits, as in XG. */
  constructor(hasDrumBank: boolean) {
    this.#hasDrumBank = hasDrumBank;
  }

  /** Times of all sustain pedal events, in seconds. */
  sustainSeconds(tempo: TempoMap): Float64Array {
    if (!this.#sustainSeconds) {
      const { ticks } = this.sustain;
      this.#sustainSeconds = new Float64Array(ticks.length);
      for (let move = 0; move < ticks.length; move += 1)
        this.#sustainSeconds[move] = tempo.seconds(ticks[move]!);
    }
    return this.#sustainSeconds;
  }

  get hasPedals(): boolean {
    return this.sustain.length + this.sostenuto.length > 0;
  }

  /** Applies the next message in playing order. @param message a result of `changeAt`. */
  apply(tick: number, order: number, message: number): void {
    const controller = (message >> 8) & 0xff;
    const value = message >> 16;
    this.latestTick = tick;
    if ((message & 0xf0) === SYSEX) {
      this.percussion.push(tick, order, controller);
    } else if ((message & 0xf0) === PROGRAM_CHANGE) {
      this.programs.push(tick, order, controller);
    } else if (controller === SUSTAIN) {
      setPedal(this.sustain, tick, order, value >= PEDAL_DOWN);
    } else if (controller === SOSTENUTO) {
      setPedal(this.sostenuto, tick, order, value >= PEDAL_DOWN);
    } else if (controller === BANK && this.#hasDrumBank) {
      this.percussion.push(tick, order, Number(value === XG_DRUM_BANK));
    } else if (controller === RESET_ALL_CONTROLLERS) {
      setPedal(this.sustain, tick, order, false);
      setPedal(this.sostenuto, tick, order, false);
    } else if (controller === ALL_SOUND_OFF || controller >= ALL_NOTES_OFF) {
      this.releases.push(tick, order, 0);
      if (controller === ALL_SOUND_OFF) this.soundOffs.push(tick, order, 0);
    }
  }
}

function setPedal(pedal: Timeline, tick: number, order: number, isDown: boolean): void {
  if (isDown !== (pedal.values.at(-1) === 1)) pedal.push(tick, order, Number(isDown));
}

/** The result of `changeAt` for an event that changes no channel. */
const NO_CHANGE = 0;

/**
 * The change at an index of `EventColumns.changes`: a packed channel message. A system-exclusive message that makes a channel
 * percussion or melodic becomes 0xF0 plus the channel, and 1 or 0 from bit 8 on.
 */
function changeAt({ messages, longEvents }: EventColumns, index: number): number {
  const message = messages[index]!;
  if ((message & 0xf0) !== SYSEX) return message;
  const change = percussionChange(longEvents.data(lastAtMost(longEvents.indices, index)));
  return change ? SYSEX | change.channel | (Number(change.isPercussion) << 8) : NO_CHANGE;
}

/** The largest key that `ascendingOrder` sorts. */
const MAX_RADIX_KEY = 2 ** 31 - 1;

/** Indices of ticks in ascending order; the sort is stable, so tracks keep their order. */
function playingOrder(ticks: readonly number[]): Uint32Array {
  if (ticks.every((tick) => tick <= MAX_RADIX_KEY)) return ascendingOrder(Int32Array.from(ticks));
  return Uint32Array.from(ticks.keys()).sort((a, b) => ticks[a]! - ticks[b]! || a - b);
}

/** The MIDI port of a track; 0 where it has no port event. */
function portOf({ longEvents }: EventColumns): number {
  const place = longEvents.types.indexOf(PORT_META);
  return place < 0 ? 0 : (longEvents.data(place)[0] ?? 0);
}

/** Every channel of a file. */
export class Channels {
  readonly #channels = new Map<number, Channel>();
  readonly #groups: readonly number[];
  readonly #areIndependent: boolean;
  readonly #hasXgBanks: boolean;

  /** @param independent whether tracks do not share channels, as in format 2. */
  constructor(tracks: readonly EventColumns[], independent: boolean) {
    this.#areIndependent = independent;
    this.#groups = tracks.map((events, track) => (independent ? track : portOf(events)));
    const sysexData = tracks.flatMap(({ longEvents }) => longEvents.sysexData());
    this.#hasXgBanks = sysexData.some(resetsToXg) || !sysexData.some(resetsToGs);
    /** Channels whose messages, track after track, are not in playing order. */
    const disordered = new Set<number>();
    for (const [track, events] of tracks.entries()) {
      for (const index of events.changes) {
        const message = changeAt(events, index);
        if (message === NO_CHANGE) continue;
        const id = this.idOf(track, message & 0x0f);
        const state = this.#getOrCreate(id);
        const tick = events.ticks[index]!;
        if (tick < state.latestTick) disordered.add(id);
        else state.apply(tick, orderOf(track, index), message);
      }
    }
    for (const id of disordered) this.#readSorted(tracks, id);
  }

  /** Reads a channel a second time, with its messages sorted. */
  #readSorted(tracks: readonly EventColumns[], id: number): void {
    const changes = new Timeline();
    for (const [track, events] of tracks.entries()) {
      if (this.idOf(track, id & 0x0f) !== id) continue;
      for (const index of events.changes) {
        const message = changeAt(events, index);
        if (message !== NO_CHANGE && (message & 0x0f) === (id & 0x0f))
          changes.push(events.ticks[index]!, orderOf(track, index), message);
      }
    }
    const state = this.#newChannel(id & 0x0f);
    this.#channels.set(id, state);
    const { ticks, orders, values } = changes;
    for (const index of playingOrder(ticks)) state.apply(ticks[index]!, orders[index]!, values[index]!);
  }

  /** A number for the channel that the events of a track are sent to. */
  idOf(track: number, channel: number): number {
    return elementAt(this.#groups, track) * 16 + channel;
  }

  /** The piece of a track: 0, or in format 2 the index of the track. */
  pieceOf(track: number): number {
    return this.#areIndependent ? track : 0;
  }

  get havePedals(): boolean {
    return [...this.#channels.values()].some(({ hasPedals }) => hasPedals);
  }

  /** Every channel with messages, with its piece. */
  *byPiece(): Iterable<[piece: number, channel: Channel]> {
    for (const [id, channel] of this.#channels) yield [this.#areIndependent ? id >> 4 : 0, channel];
  }

  /** The channel that the events of a track are sent to. */
  of(track: number, channel: number): Channel {
    return this.#channels.get(this.idOf(track, channel)) ?? NO_MESSAGES;
  }

  /** The channel with an id; created on first use. */
  #getOrCreate(id: number): Channel {
    const existing = this.#channels.get(id);
    if (existing) return existing;
    const channel = this.#newChannel(id & 0x0f);
    this.#channels.set(id, channel);
    return channel;
  }

  #newChannel(channel: number): Channel {
    return new Channel(this.#hasXgBanks && channel !== DRUM_CHANNEL);
  }
}

/** A channel without messages. */
const NO_MESSAGES = new Channel(false);
