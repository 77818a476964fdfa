/** The sustain pedal: its events, and the spans in which it is down. */
import type { EventColumns } from "./event-columns.ts";
import type { PedalEvent } from "./score.ts";
import type { TempoMap } from "./tempo-map.ts";

/** A control change of controller 64 as a packed message, and the mask that removes channel and value. */
const PEDAL_CHANGE = 0x40b0;
const PEDAL_MASK = 0xfff0;
/** The lowest controller value at which the pedal is down. */
const PEDAL_DOWN = 64;

export function isPedalEvent(message: number): boolean {
  return (message & PEDAL_MASK) === PEDAL_CHANGE;
}

export function isPedalDown(message: number): boolean {
  return message >> 16 >= PEDAL_DOWN;
}

/** The pedal events of all tracks, in order of time. */
export function pedalEvents(tracks: readonly EventColumns[], tempo: TempoMap): PedalEvent[] {
  const events: PedalEvent[] = [];
  for (const [track, { ticks, messages, length }] of tracks.entries()) {
    for (let index = 0; index < length; index += 1) {
      const message = messages[index]!;
      if (!isPedalEvent(message)) continue;
      const seconds = tempo.seconds(ticks[index]!);
      events.push({ seconds, isDown: isPedalDown(message), track, channel: message & 0x0f });
    }
  }
  return events.sort((a, b) => a.seconds - b.seconds);
}

/**
 * The spans in which a pedal is down: from `starts[i]` up to, but not including, `ends[i]`, in seconds. Both arrays ascend and have a
 * sentinel at each end, −∞ and ∞.
 */
export interface PedalSpans {
  readonly starts: Float64Array;
  readonly ends: Float64Array;
}

/** The pedal of one channel of a track. */
export class Pedal {
  readonly #starts = [-Infinity];
  readonly #ends = [-Infinity];
  /** Time of the latest pedal-up event, also if the pedal was up before. */
  #lastUp = -1;
  #spans: PedalSpans | undefined;
  /** Time of the last event, in seconds. */
  lastSeconds = 0;

  /** Adds an event, in order of time. If several have the same time, pedal-up is applied last. */
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

  /** The spans in which the pedal is down; undefined where there are none. */
  spans(): PedalSpans | undefined {
    if (this.#starts.length === 1) return undefined;
    if (this.#spans) return this.#spans;
    const starts = Float64Array.from([...this.#starts, Infinity]);
    return (this.#spans = { starts, ends: starts.map((_, span) => this.#ends[span] ?? Infinity) });
  }
}

/** The pedals by track × 16 + channel, from events in order of time. */
export function pedalsOf(events: readonly PedalEvent[]): Map<number, Pedal> {
  const pedals = new Map<number, Pedal>();
  for (const { track, channel, seconds, isDown } of events) {
    const trackChannel = track * 16 + channel;
    const pedal = pedals.get(trackChannel) ?? new Pedal();
    pedals.set(trackChannel, pedal);
    pedal.push(seconds, isDown);
  }
  return pedals;
}
