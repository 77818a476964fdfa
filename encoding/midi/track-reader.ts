/** The event layer of the Standard MIDI File 1.0 specification (RP-001): one track chunk to events at absolute ticks. */
import { hex } from "../bytes.ts";
import { pluralize } from "../pluralize.ts";
import type { Damage, DamageLog } from "./damage-log.ts";
import type { MidiErrorCode } from "./midi-error.ts";
import { ColumnTrack, EventColumns, packed } from "./event-columns.ts";
import type { LongEvents } from "./long-events.ts";
import type { Track } from "./score.ts";
import { isStateMessage } from "./state-messages.ts";
import { TEMPO_META } from "./tempo-map.ts";

const TRACK_NAME_META = 0x03;
const END_OF_TRACK_META = 0x2f;
const NOTE_ON = 0x90;
const META = 0xff;
const SYSEX = 0xf0;
const SYSEX_ESCAPE = 0xf7;
/** Above this, ticks are not exact in a double. */
const MAX_TICK = Number.MAX_SAFE_INTEGER;
/** Size of an event with a one-byte delta time and running status: smaller ones are rare. */
const USUAL_EVENT_BYTES = 3;
/** The largest size of a channel message: four bytes of delta time, a status byte, two data bytes. */
const MAX_MESSAGE_BYTES = 7;
/** Status bytes from here to 0xEF are not of note-ons and note-offs. */
const FIRST_OTHER_STATUS = 0xa0;

/**
 * Reads the events of the track chunk in `bytes` from `start` to `end`. The data of meta and system-exclusive events are views of the
 * input, not copies.
 *
 * @throws MidiError at the first damage, unless `log` recovers.
 */
export function readTrack(
  bytes: Uint8Array,
  start: number,
  end: number,
  index: number,
  log: DamageLog,
): Track {
  const reader = new EventReader(bytes, start, end);
  let damage = reader.read();
  for (; damage?.canReadOn; damage = reader.read()) log.report(damage, "the event was dropped", index);
  if (damage) log.report(damage, droppedAt(damage.offset, end), index);
  else if (!reader.sawEnd) log.warn("the end-of-track event is missing", index);
  else readAfterEnd(reader, end, index, log);
  return new ColumnTrack(nameOf(reader.events.longEvents), reader.events, reader.tick);
}

/** The dropped part of a track that cannot be read further, for the warning. */
function droppedAt(offset: number, end: number): string {
  if (offset === end) return "the event that is cut there was dropped";
  return `the last ${pluralize(end - offset, "byte")} of the track dropped`;
}

/**
 * Some writers, such as that of the Stanford piano roll archive, put the end-of-track event too early. The bytes after it are read as events
 * if that succeeds up to the end of the chunk, and ignored as padding otherwise.
 */
function readAfterEnd(reader: EventReader, end: number, index: number, log: DamageLog): void {
  while (reader.sawEnd && reader.offset < end) {
    const { offset, tick } = reader;
    const count = reader.events.length;
    if (reader.read()) {
      reader.rewind(count, tick);
      log.warn(
        `${pluralize(end - offset, "byte")} after the end of track, from byte ${offset}, ignored`,
        index,
      );
      return;
    }
    log.warn(
      `${pluralize(reader.events.length - count, "event")} after the end of track read, from byte ${offset}`,
      index,
    );
  }
}

interface TrackDamage extends Damage {
  /** Whether only one event is lost and the next one can be read. */
  readonly canReadOn: boolean;
}

class EventReader {
  readonly events: EventColumns;
  offset: number;
  tick = 0;
  /** Whether the end-of-track event was read last. */
  sawEnd = false;
  readonly #bytes: Uint8Array;
  readonly #end: number;
  #runningStatus = 0;

  constructor(bytes: Uint8Array, start: number, end: number) {
    this.#bytes = bytes;
    this.offset = start;
    this.#end = end;
    this.events = new EventColumns(Math.floor((end - start) / USUAL_EVENT_BYTES), bytes);
  }

  /** Reads events up to the end-of-track event, the end of the chunk, or damage, which is returned. */
  read(): TrackDamage | undefined {
    this.sawEnd = false;
    while (this.offset < this.#end && !this.sawEnd) {
      this.#readMessages();
      if (this.offset >= this.#end) break;
      const damage = this.#readEvent();
      if (damage) return damage;
    }
    if (this.sawEnd) this.#runningStatus = 0;
    return undefined;
  }

  /**
   * Reads undamaged channel messages up to any other event, or to the last bytes of the track; `#readEvent` reads those. Fields are
   * copied to variables: this loop and that of `NoteReader` take most of the time of reading a file.
   */
  #readMessages(): void {
    const bytes = this.#bytes;
    const { events } = this;
    const { ticks, messages, changes } = events;
    const lastStart = this.#end - MAX_MESSAGE_BYTES;
    let { offset, tick } = this;
    let runningStatus = this.#runningStatus;
    let { length, noteOns } = events;
    while (offset <= lastStart && length < ticks.length) {
      let at = offset;
      let delta = bytes[at++]!;
      if (delta >= 0x80) {
        let byte = bytes[at++]!;
        delta = ((delta & 0x7f) << 7) | (byte & 0x7f);
        if (byte >= 0x80) {
          byte = bytes[at++]!;
          delta = (delta << 7) | byte;
          if (byte >= 0x80) break;
        }
      }
      let status = bytes[at]!;
      if (status >= 0x80) at += 1;
      else status = runningStatus;
      const data1 = bytes[at]!;
      const hasTwo = (status & 0xe0) !== 0xc0;
      const data2 = hasTwo ? bytes[at + 1]! : 0;
      const isOther = status >= 0xf0 || status === 0;
      if (isOther || (data1 | data2) >= 0x80 || tick + delta > MAX_TICK) break;
      offset = at + (hasTwo ? 2 : 1);
      runningStatus = status;
      tick += delta;
      const message = packed(status, data1, data2);
      if (status >= FIRST_OTHER_STATUS) {
        if (isStateMessage(message)) changes.push(length);
      } else if (status >= NOTE_ON && data2 > 0) noteOns += 1;
      ticks[length] = tick;
      messages[length] = message;
      length += 1;
    }
    this.offset = offset;
    this.tick = tick;
    this.#runningStatus = runningStatus;
    events.length = length;
    events.noteOns = noteOns;
  }

  /** Reads one event. */
  #readEvent(): TrackDamage | undefined {
    const bytes = this.#bytes;
    const end = this.#end;
    const eventStart = this.offset;
    const delta = this.#variableLength();
    if (delta < 0) return this.#badLength(eventStart);
    const tick = this.tick + delta;
    if (tick > MAX_TICK) return stop("time-overflow", eventStart, "the time exceeds the largest tick");
    let { offset } = this;
    if (offset >= end) return stop("truncated", offset, "the track ends after a delta time");
    this.tick = tick;

    let status = bytes[offset]!;
    if (status >= 0x80) offset += 1;
    else if (this.#runningStatus > 0) status = this.#runningStatus;
    else return stop("bad-status", offset, `data byte ${hex(status)} where an event should start`);

    if (status >= 0xf0) {
      this.offset = offset;
      return this.#longEvent(status, tick, eventStart);
    }
    this.#runningStatus = status;
    const isLong = status < 0xc0 || status >= 0xe0;
    this.offset = offset + (isLong ? 2 : 1);
    if (this.offset > end) return cut(offset, status, isLong ? 2 : 1, end);
    const data1 = bytes[offset]!;
    const data2 = isLong ? bytes[offset + 1]! : 0;
    if ((data1 | data2) >= 0x80) return badData(data1 >= 0x80 ? offset : offset + 1, status, bytes);
    this.events.push(tick, packed(status, data1, data2));
    return undefined;
  }

  /** Removes the events after the first `count`; no more will be read. */
  rewind(count: number, tick: number): void {
    this.events.truncate(count);
    this.tick = tick;
    this.offset = this.#end;
  }

  /** Reads a meta or system-exclusive event after its status byte. */
  #longEvent(status: number, tick: number, eventStart: number): TrackDamage | undefined {
    if (status !== META && status !== SYSEX && status !== SYSEX_ESCAPE) {
      // System common and real-time messages, which a file must not contain: song position has two data bytes, two others one.
      const found = `status byte ${hex(status)} is not allowed in a file`;
      const damage = readOn("bad-status", this.offset - 1, found);
      this.offset += status === 0xf2 ? 2 : status === 0xf1 || status === 0xf3 ? 1 : 0;
      return damage;
    }
    const type = this.#bytes[this.offset] ?? 0;
    if (status === META) {
      if (this.offset === this.#end)
        return stop("truncated", this.offset, "the track ends within a meta event");
      this.offset += 1;
    }
    const lengthAt = this.offset;
    const length = this.#variableLength();
    if (length < 0) return this.#badLength(lengthAt);
    const left = this.#end - this.offset;
    if (length > left) {
      const found = `event claims ${length} bytes, ${left} are left in the track`;
      return stop("truncated", lengthAt, found);
    }
    const start = this.offset;
    const end = start + length;
    this.offset = end;
    if (status !== META) {
      this.events.pushSysex(tick, status, start, end);
    } else if (type === END_OF_TRACK_META) {
      this.sawEnd = true;
    } else if (type >= 0x80) {
      return readOn("bad-data", lengthAt - 1, `meta event type ${hex(type)} is over 0x7f`);
    } else if (type === TEMPO_META && !isTempo(this.#bytes, start, length)) {
      const found = length === 3 ? "a tempo of 0" : `a tempo event of ${length} bytes instead of 3`;
      return readOn("bad-tempo", eventStart, found);
    } else {
      this.events.pushMeta(tick, type, start, end);
    }
    return undefined;
  }

  /** Reads the number at the offset and advances it; returns −1 when it is cut or longer than four bytes. */
  #variableLength(): number {
    const bytes = this.#bytes;
    const end = this.#end;
    let value = 0;
    let { offset } = this;
    const limit = Math.min(end, offset + 4);
    while (offset < limit) {
      const byte = bytes[offset]!;
      offset += 1;
      value = (value << 7) | (byte & 0x7f);
      if (byte < 0x80) {
        this.offset = offset;
        return value;
      }
    }
    this.offset = offset;
    return -1;
  }

  #badLength(start: number): TrackDamage {
    return this.offset - start === 4
      ? stop("bad-length", start, "a variable-length number is longer than four bytes")
      : stop("truncated", start, "a variable-length number is cut");
  }
}

function stop(code: MidiErrorCode, offset: number, found: string): TrackDamage {
  return { code, offset, found, canReadOn: false };
}

function readOn(code: MidiErrorCode, offset: number, found: string): TrackDamage {
  return { code, offset, found, canReadOn: true };
}

function cut(offset: number, status: number, length: number, end: number): TrackDamage {
  const found = `event ${hex(status)} needs ${length} data bytes, ${end - offset} are left`;
  return stop("truncated", offset, found);
}

function badData(offset: number, status: number, bytes: Uint8Array): TrackDamage {
  const found = `data byte ${hex(bytes[offset]!)} of event ${hex(status)} is over 0x7f`;
  return readOn("bad-data", offset, found);
}

function isTempo(bytes: Uint8Array, start: number, length: number): boolean {
  return length === 3 && (bytes[start]! | bytes[start + 1]! | bytes[start + 2]!) !== 0;
}

const UTF_8 = new TextDecoder("utf-8", { fatal: true });
const LATIN_1 = new TextDecoder("latin1");
/** Longest name that is tried as ASCII, which is faster than a decoder. */
const MAX_ASCII_LENGTH = 64;

/** The first track name. Names have no declared encoding: UTF-8 where it is valid, else Latin-1. */
function nameOf(events: LongEvents): string {
  const place = events.types.indexOf(TRACK_NAME_META);
  if (place < 0) return "";
  const data = events.data(place);
  if (data.length <= MAX_ASCII_LENGTH && data.every((byte) => byte < 0x80))
    return String.fromCharCode(...data);
  try {
    return UTF_8.decode(data);
  } catch {
    return LATIN_1.decode(data);
  }
}
