/** The sustain pedal: its moves as they are read, and when it is down. */
import type { EventColumns } from "./event-columns.ts";
import type { PedalEvent } from "./score.ts";
import type { TempoMap } from "./tempo-map.ts";

/** A control change of controller 64, and the bits of a packed message that tell it: not its channel and value. */
const PEDAL_CHANGE = 0x40b0;
const PEDAL_MASK = 0xfff0;
/** Controller values from here on mean that the pedal is down. */
const PEDAL_DOWN = 64;

export function isPedalEvent(message: number): boolean {
  return (message & PEDAL_MASK) === PEDAL_CHANGE;
}

export function isPedalDown(message: number): boolean {
  return message >> 16 >= PEDAL_DOWN;
}

/** The pedal moves among the events of tracks, in order of time. */
export function pedalEvents(tracks: readonly EventColumns[], tempo: TempoMap): PedalEvent[] {
  const moves: PedalEvent[] = [];
  for (const [track, { ticks, messages, length }] of tracks.entries()) {
    for (let index = 0; index < length; index += 1) {
      const message = messages[index]!;
      if (!isPedalEvent(message)) continue;
      const seconds = tempo.seconds(ticks[index]!);
      moves.push({ seconds, isDown: isPedalDown(message), track, channel: message & 0x0f });
    }
  }
  return moves.sort((a, b) => a.seconds - b.seconds);
}

/**
 * The times for which a pedal is down: from each of `downs` up to, and not with, the lift of the same index. Both ascend;
 * the first and last are no presses, but −∞ and ∞.
 */
export interface PedalSpans {
  readonly starts: Float64Array;
  readonly ends: Float64Array;
}

/** The pedal of one channel of a track. */
export class Pedal {
  readonly #starts = [-Infinity];
  readonly #ends = [-Infinity];
  /** The latest lift, whether or not the pedal was down. */
  #lastUp = -1;
  #spans: PedalSpans | undefined;
  /** When it last moves. */
  lastSeconds = 0;

  /** Takes a move, no earlier than any before; of moves at the same time one that lifts counts as the last. */
  push(seconds: number, isDown: boolean): void {
    const wasDown = this.#starts.length > this.#ends.length;
    this.lastSeconds = seconds;
    this.#spans = undefined;
    if (!isDown) {
      this.#lastUp = seconds;
      if (wasDown && this.#starts.at(-1) === seconds) this.#starts.pop();
      else if (wasDown) this.#ends.push(seconds);
    } else if (!wasDown && this.#lastUp !== seconds) {
      this.#starts.push(seconds);
    }
  }

  /** When it is down; undefined where it never is. */
  spans(): PedalSpans | undefined {
    if (this.#starts.length === 1) return undefined;
    if (this.#spans) return this.#spans;
    const starts = Float64Array.from([...this.#starts, Infinity]);
    return (this.#spans = { starts, ends: starts.map((_, span) => this.#ends[span] ?? Infinity) });
  }
}

/** The pedal of each place, which is track × 16 + channel, from moves in order of time. */
export function pedalsOf(moves: readonly PedalEvent[]): Map<number, Pedal> {
  const pedals = new Map<number, Pedal>();
  for (const { track, channel, seconds, isDown } of moves) {
    const place = track * 16 + channel;
    const pedal = pedals.get(place) ?? new Pedal();
    pedals.set(place, pedal);
    pedal.push(seconds, isDown);
  }
  return pedals;
}
