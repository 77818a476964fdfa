/** The events of a track as one array per property, for cache locality; event objects are created on demand. */
import { LongEvents } from "./long-events.ts";
import type { MetaEvent, MidiEvent, SysexEvent, Track } from "./score.ts";
import { isStateMessage } from "./state-messages.ts";

const NOTE_ON = 0x90;
/** The lowest status byte of events without a channel. */
const NO_CHANNEL = 0xf0;
const META = 0xff;

/** A channel message as one number. */
export function packed(status: number, data1: number, data2: number): number {
  return status | (data1 << 8) | (data2 << 16);
}

/** Events in file order. */
export class EventColumns {
  /** Absolute ticks. */
  ticks: Float64Array;
  /** `packed` channel messages; the bare status byte (0xF0, 0xF7, 0xFF) of other events. */
  messages: Uint32Array;
  length = 0;
  /** Number of note-ons. */
  noteOns = 0;
  /** Indices of the events that may change the state of a channel: state messages and system-exclusive events. */
  readonly changes: number[] = [];
  readonly longEvents: LongEvents;

  /**
   * @param capacity the expected number of events.
   * @param bytes contains the data of the meta and system-exclusive events.
   */
  constructor(capacity: number, bytes: Uint8Array) {
    const buffer = new ArrayBuffer(capacity * 12);
    this.ticks = new Float64Array(buffer, 0, capacity);
    this.messages = new Uint32Array(buffer, capacity * 8, capacity);
    this.longEvents = new LongEvents(bytes);
  }

  /** Adds a channel message. */
  push(tick: number, message: number): void {
    if ((message & 0xf0) === NOTE_ON && message >> 16 > 0) this.noteOns += 1;
    else if (isStateMessage(message)) this.changes.push(this.length);
    this.#push(tick, message);
  }

  /** Adds a meta event with the data from `start` to `end`. */
  pushMeta(tick: number, type: number, start: number, end: number): void {
    this.longEvents.push(this.length, type, start, end);
    this.#push(tick, META);
  }

  /** Adds a system-exclusive event with the data from `start` to `end`. */
  pushSysex(tick: number, status: number, start: number, end: number): void {
    this.longEvents.push(this.length, status, start, end);
    this.changes.push(this.length);
    this.#push(tick, status);
  }

  #push(tick: number, message: number): void {
    if (this.length === this.ticks.length) this.#grow();
    this.ticks[this.length] = tick;
    this.messages[this.length] = message;
    this.length += 1;
  }

  #grow(): void {
    const capacity = this.length * 2 + 16;
    const [ticks, messages] = [new Float64Array(capacity), new Uint32Array(capacity)];
    ticks.set(this.ticks);
    messages.set(this.messages);
    [this.ticks, this.messages] = [ticks, messages];
  }

  /** Removes all events but the first `count`. */
  truncate(count: number): void {
    this.length = Math.min(this.length, count);
    this.longEvents.truncate(count);
    while ((this.changes.at(-1) ?? -1) >= count) this.changes.pop();
  }

  events(): MidiEvent[] {
    const events: MidiEvent[] = [];
    let nextLong = 0;
    for (let index = 0; index < this.length; index += 1) {
      const message = this.messages[index]!;
      const status = message & 0xff;
      const tick = this.ticks[index]!;
      events.push(
        status >= NO_CHANNEL
          ? this.longEvents.event(nextLong++, tick)
          : { kind: "channel", tick, status, data1: (message >> 8) & 0xff, data2: message >> 16 },
      );
    }
    return events;
  }
}

/** A track as columns, from which `events` is created on first access. */
export class ColumnTrack implements Track {
  /** An own property of each track, so that `{ ...track }` and `structuredClone` copy it. One getter for all tracks is faster. */
  static readonly #eventsProperty: PropertyDescriptor & ThisType<ColumnTrack> = {
    enumerable: true,
    get() {
      return (this.#events ??= this.#columns.events());
    },
  };
  readonly name: string;
  declare readonly events: readonly MidiEvent[];
  readonly endTick: number;
  readonly #columns: EventColumns;
  #events: readonly MidiEvent[] | undefined;

  constructor(name: string, columns: EventColumns, endTick: number) {
    this.name = name;
    this.endTick = endTick;
    this.#columns = columns;
    Object.defineProperty(this, "events", ColumnTrack.#eventsProperty);
  }

  /** The events of any track as columns. */
  static columnsOf(track: Track): EventColumns {
    return #columns in track ? track.#columns : toColumns(track.events);
  }
}

function toColumns(events: readonly MidiEvent[]): EventColumns {
  const columns = new EventColumns(
    events.length,
    joinedData(events.filter((event) => event.kind !== "channel")),
  );
  let start = 0;
  for (const event of events) {
    if (event.kind === "channel") {
      columns.push(event.tick, packed(event.status, event.data1, event.data2));
      continue;
    }
    const end = start + event.data.length;
    if (event.kind === "meta") columns.pushMeta(event.tick, event.type, start, end);
    else columns.pushSysex(event.tick, event.status, start, end);
    start = end;
  }
  return columns;
}

function joinedData(events: readonly (MetaEvent | SysexEvent)[]): Uint8Array {
  const bytes = new Uint8Array(events.reduce((sum, { data }) => sum + data.length, 0));
  let end = 0;
  for (const { data } of events) {
    bytes.set(data, end);
    end += data.length;
  }
  return bytes;
}
