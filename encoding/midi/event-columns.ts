/** The events of a track as one array per property, for cache locality; event objects are created on demand. */
import type { MetaEvent, MidiEvent, SysexEvent, Track } from "./score.ts";

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
  /** Meta and system-exclusive events, in order. */
  readonly others: (MetaEvent | SysexEvent)[] = [];

  /** @param capacity how many events are expected. */
  constructor(capacity: number) {
    this.ticks = new Float64Array(capacity);
    this.messages = new Uint32Array(capacity);
  }

  push(tick: number, message: number): void {
    if (this.length === this.ticks.length) this.#grow();
    this.ticks[this.length] = tick;
    this.messages[this.length] = message;
    this.length += 1;
    if ((message & 0xf0) === NOTE_ON && message >> 16 > 0) this.noteOns += 1;
  }

  #grow(): void {
    const capacity = this.length * 2 + 16;
    const [ticks, messages] = [new Float64Array(capacity), new Uint32Array(capacity)];
    ticks.set(this.ticks);
    messages.set(this.messages);
    [this.ticks, this.messages] = [ticks, messages];
  }

  pushOther(event: MetaEvent | SysexEvent): void {
    this.others.push(event);
    this.push(event.tick, event.kind === "meta" ? META : event.status);
  }

  /** Removes all events but the first `count`. */
  truncate(count: number): void {
    for (; this.length > count; this.length -= 1) {
      if (statusOf(this.messages[this.length - 1]) >= NO_CHANNEL) this.others.pop();
    }
  }

  events(): MidiEvent[] {
    const events: MidiEvent[] = [];
    let nextOther = 0;
    for (let index = 0; index < this.length; index += 1) {
      const message = this.messages[index]!;
      const status = statusOf(message);
      const other = status >= NO_CHANNEL ? this.others[nextOther++] : undefined;
      const tick = this.ticks[index]!;
      const data1 = (message >> 8) & 0xff;
      events.push(other ?? { kind: "channel", tick, status, data1, data2: message >> 16 });
    }
    return events;
  }
}

function statusOf(message = 0): number {
  return message & 0xff;
}

/** The columns from which the events of a track were created. */
const COLUMNS = new WeakMap<Track, EventColumns>();

/** A track whose `events` are created from columns on first access. */
export function trackOfColumns(name: string, columns: EventColumns, endTick: number): Track {
  let events: readonly MidiEvent[] | undefined;
  const track: Track = {
    name,
    get events() {
      return (events ??= columns.events());
    },
    endTick,
  };
  COLUMNS.set(track, columns);
  return track;
}

/** The events of any track as columns. */
export function eventColumnsOf(track: Track): EventColumns {
  const known = COLUMNS.get(track);
  if (known) return known;
  const columns = new EventColumns(track.events.length);
  for (const event of track.events) {
    if (event.kind === "channel") columns.push(event.tick, packed(event.status, event.data1, event.data2));
    else columns.pushOther(event);
  }
  return columns;
}
