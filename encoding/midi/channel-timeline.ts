/**
 * What the messages of a channel do to the notes of every track on it: pedals, all-notes-off, programs, percussion. A
 * channel here is a channel of a port, whatever track its messages stand in (MIDI 1.0: controllers and channel mode
 * messages act on the channel). On one tick messages act in the order of track number, then of the file.
 */
import type { EventColumns } from "./event-columns.ts";
import { percussionChange, resetsToGs, resetsToXg } from "./percussion.ts";
import { DRUM_CHANNEL } from "./score.ts";
import { ascendingOrder } from "../sort.ts";

const PORT_META = 0x21;
const PROGRAM_CHANGE = 0xc0;
const CONTROL_CHANGE = 0xb0;
const SYSEX = 0xf0;
const BANK = 0;
const SUSTAIN = 64;
const SOSTENUTO = 66;
const ALL_SOUND_OFF = 120;
const RESET_ALL_CONTROLLERS = 121;
const ALL_NOTES_OFF = 123;
/** The bank (controller 0) that holds XG's drum kits. */
const XG_DRUM_BANK = 127;
/** Controller values from here on mean that a pedal is down. */
const PEDAL_DOWN = 64;
/** No track has so many events. */
const EVENTS_PER_TRACK = 2 ** 32;

/** The place of an event among those of one tick. */
export function orderOf(track: number, index: number): number {
  return track * EVENTS_PER_TRACK + index;
}

/** Moments of one kind in playing order, each with a value. */
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

  /** What `lastBefore` returned last: those who ask go through a piece in order, so the next answer is near. */
  #latest = -1;

  /** The index of the last moment before a position; −1 before the first. */
  lastBefore(tick: number, order: number): number {
    // Both bounds grow from the latest answer until the position lies between them.
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

  /** The value at a position, which is that of the last moment before it. */
  valueAt(tick: number, order: number, initial: number): number {
    const index = this.lastBefore(tick, order);
    // An index of −1 would be looked up as a name, which is slow.
    return index < 0 ? initial : this.values[index]!;
  }
}

/** One channel of one port. */
export class Channel {
  /** 1 when the sustain pedal goes down, 0 when it is lifted; the two alternate. */
  readonly sustain = new Timeline();
  /** The same of the sostenuto pedal. */
  readonly sostenuto = new Timeline();
  /** Every key is released: CC 120 and 123 to 127. */
  readonly releases = new Timeline();
  /** What sounds is cut, pedals or not: CC 120. */
  readonly silences = new Timeline();
  readonly programs = new Timeline();
  /** 1 where its notes are percussion. */
  readonly percussion = new Timeline();

  get hasPedals(): boolean {
    return this.sustain.length + this.sostenuto.length > 0;
  }
}

/** What a message does to its channel. */
function take(
  state: Channel,
  tick: number,
  order: number,
  message: number,
  isDrumChannel: boolean,
  hasXgBanks: boolean,
): void {
  const controller = (message >> 8) & 0xff;
  const value = message >> 16;
  if ((message & 0xf0) === SYSEX) {
    state.percussion.push(tick, order, message >> 8);
  } else if ((message & 0xf0) === PROGRAM_CHANGE) {
    state.programs.push(tick, order, controller);
  } else if (controller === SUSTAIN) {
    movePedal(state.sustain, tick, order, value >= PEDAL_DOWN);
  } else if (controller === SOSTENUTO) {
    movePedal(state.sostenuto, tick, order, value >= PEDAL_DOWN);
  } else if (controller === BANK && hasXgBanks && !isDrumChannel) {
    state.percussion.push(tick, order, Number(value === XG_DRUM_BANK));
  } else if (controller === RESET_ALL_CONTROLLERS) {
    movePedal(state.sustain, tick, order, false);
    movePedal(state.sostenuto, tick, order, false);
  } else if (controller === ALL_SOUND_OFF || controller >= ALL_NOTES_OFF) {
    state.releases.push(tick, order, 0);
    if (controller === ALL_SOUND_OFF) state.silences.push(tick, order, 0);
  }
}

function movePedal(pedal: Timeline, tick: number, order: number, isDown: boolean): void {
  if (isDown !== (pedal.values.at(-1) === 1)) pedal.push(tick, order, Number(isDown));
}

/** The largest key that `ascendingOrder` sorts. */
const MAX_RADIX_KEY = 2 ** 31 - 1;

/** Moments in ascending order of tick; equal ones keep theirs, which is that of the tracks. */
function inPlayingOrder(moments: Timeline): Timeline {
  const { ticks, orders, values } = moments;
  let [isOrdered, largest] = [true, 0];
  for (const tick of ticks) {
    if (tick < largest) isOrdered = false;
    else largest = tick;
  }
  if (isOrdered) return moments;
  const sorted = new Timeline();
  const indices =
    largest <= MAX_RADIX_KEY
      ? ascendingOrder(Int32Array.from(ticks))
      : Uint32Array.from(ticks.keys()).sort((a, b) => ticks[a]! - ticks[b]! || a - b);
  for (const index of indices) sorted.push(ticks[index]!, orders[index]!, values[index]!);
  return sorted;
}

/** 1 for the status and first data byte (packed) of messages that `take` knows. */
const STATE_MESSAGES = new Uint8Array(0x10000);
for (let channel = 0; channel < 16; channel += 1) {
  for (let data = 0; data < 128; data += 1) STATE_MESSAGES[PROGRAM_CHANGE | channel | (data << 8)] = 1;
  const controllers = [
    BANK,
    SUSTAIN,
    SOSTENUTO,
    ALL_SOUND_OFF,
    RESET_ALL_CONTROLLERS,
    123,
    124,
    125,
    126,
    127,
  ];
  for (const controller of controllers) STATE_MESSAGES[CONTROL_CHANGE | channel | (controller << 8)] = 1;
}

/** The port that a track is sent to: 0 where it names none. */
function portOf({ others }: EventColumns): number {
  const event = others.find((other) => other.kind === "meta" && other.type === PORT_META);
  return event?.data[0] ?? 0;
}

/** Every channel of a file. */
export class Channels {
  readonly #channels = new Map<number, Channel>();
  readonly #groups: readonly number[];
  readonly #isApart: boolean;

  /** @param apart whether no track knows the channels of another, as in format 2. */
  constructor(tracks: readonly EventColumns[], apart: boolean) {
    this.#isApart = apart;
    this.#groups = tracks.map((events, track) => (apart ? track : portOf(events)));
    const hasXgBanks =
      tracks.some(({ others }) => others.some(resetsToXg)) ||
      !tracks.some(({ others }) => others.some(resetsToGs));
    for (const [id, changes] of this.#changes(tracks)) {
      const state = new Channel();
      this.#channels.set(id, state);
      const isDrumChannel = (id & 0x0f) === DRUM_CHANNEL;
      const { ticks, orders, values } = inPlayingOrder(changes);
      for (let index = 0; index < ticks.length; index += 1)
        take(state, ticks[index]!, orders[index]!, values[index]!, isDrumChannel, hasXgBanks);
    }
  }

  /**
   * By channel, the messages that change its state, track after track: packed channel messages, and for a
   * system-exclusive message that makes the channel percussion (1) or melodic (0) 0xF0 and, from bit 8 on, which.
   */
  #changes(tracks: readonly EventColumns[]): Map<number, Timeline> {
    const changes = new Map<number, Timeline>();
    for (const [track, { ticks, messages, length, others }] of tracks.entries()) {
      const byChannel: (Timeline | undefined)[] = Array.from({ length: 16 }, () => undefined);
      const push = (channel: number, index: number, value: number): void => {
        let known = byChannel[channel];
        if (!known) {
          const id = this.idOf(track, channel);
          known = changes.get(id) ?? new Timeline();
          changes.set(id, known);
          byChannel[channel] = known;
        }
        known.push(ticks[index]!, orderOf(track, index), value);
      };
      let nextOther = 0;
      for (let index = 0; index < length; index += 1) {
        const message = messages[index]!;
        if (STATE_MESSAGES[message & 0xffff] === 1) {
          push(message & 0x0f, index, message);
        } else if ((message & 0xf0) === SYSEX) {
          const percussion = percussionChange(others[nextOther]!);
          nextOther += 1;
          if (percussion) push(percussion.channel, index, SYSEX | (Number(percussion.isPercussion) << 8));
        }
      }
    }
    return changes;
  }

  /** A number for the channel that the events of a track are sent to. */
  idOf(track: number, channel: number): number {
    return (this.#groups[track] ?? 0) * 16 + channel;
  }

  /** The piece that a track is part of: 0, or in format 2 its own. */
  pieceOf(track: number): number {
    return this.#isApart ? track : 0;
  }

  get havePedals(): boolean {
    return [...this.#channels.values()].some(({ hasPedals }) => hasPedals);
  }

  /** Every channel that was asked for, with its piece. */
  *byPiece(): Iterable<[piece: number, channel: Channel]> {
    for (const [id, channel] of this.#channels) yield [this.#isApart ? id >> 4 : 0, channel];
  }

  of(track: number, channel: number): Channel {
    const id = this.idOf(track, channel);
    let found = this.#channels.get(id);
    if (!found) this.#channels.set(id, (found = new Channel()));
    return found;
  }
}
