/**
 * Bytes to events: the chunk and event layer of the Standard MIDI File 1.0 specification (RP-001).
 * Reading allocates only in proportion to bytes that are there; a claimed length is checked against the input first.
 * The data of meta and sysex events are views of the input, not copies.
 */
import { MidiError, type MidiErrorCode } from "./midi-error.ts";
import type { Division, MidiEvent, Track } from "./score.ts";
import { TEMPO_META } from "./tempo-map.ts";

export interface ReadMidiOptions {
  /**
   * Salvage what can be read from a damaged file, and list what was dropped in `Score.warnings`, instead of throwing
   * at the first damage. Default false: a damaged file throws a `MidiError`.
   */
  readonly recover?: boolean;
}

export interface MidiFile {
  readonly format: number;
  readonly division: Division;
  readonly tracks: readonly Track[];
  readonly warnings: readonly string[];
}

const TRACK_NAME_META = 0x03;
const END_OF_TRACK_META = 0x2f;
const META = 0xff;
const SYSEX = 0xf0;
const SYSEX_ESCAPE = 0xf7;
const HEADER_LENGTH = 6;
/** Ticks beyond this no longer add exactly in a double; no real file comes near. */
const MAX_TICK = Number.MAX_SAFE_INTEGER;
const EMPTY = new Uint8Array(0);

/** Reads all chunks of a MIDI file. Throws `MidiError`; with `recover`, only when there is no header to go by. */
export function readMidiFile(bytes: Uint8Array, options: ReadMidiOptions = {}): MidiFile {
  const reader = new Reader(unwrapRiff(bytes), options.recover ?? false);
  return reader.readFile();
}

/** A RIFF RMID file holds a whole MIDI file in its `data` chunk; anything else is returned as it is. */
function unwrapRiff(bytes: Uint8Array): { bytes: Uint8Array; start: number } {
  if (ascii(bytes, 0) !== "RIFF" || ascii(bytes, 8) !== "RMID") return { bytes, start: 0 };
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let offset = 12;
  while (offset + 8 <= bytes.length) {
    const length = view.getUint32(offset + 4, true);
    if (ascii(bytes, offset) === "data")
      return { bytes: bytes.subarray(0, offset + 8 + length), start: offset + 8 };
    offset += 8 + length + (length & 1);
  }
  throw new MidiError("RIFF RMID wrapper without a data chunk", {
    code: "not-midi",
    offset: 12,
    hint: "the file was cut or is another kind of RIFF file; export it again as a .mid file",
  });
}

class Reader {
  readonly #bytes: Uint8Array;
  readonly #recover: boolean;
  readonly #warnings: string[] = [];
  #offset: number;
  #track: number | undefined;
  #isAfterEnd = false;

  constructor(input: { bytes: Uint8Array; start: number }, recover: boolean) {
    this.#bytes = input.bytes;
    this.#offset = input.start;
    this.#recover = recover;
  }

  readFile(): MidiFile {
    const { format, trackCount, division } = this.#readHeader();
    const tracks: Track[] = [];
    while (this.#bytes.length - this.#offset >= 8) {
      const chunkStart = this.#offset;
      const type = ascii(this.#bytes, chunkStart);
      const length = this.#uint32(chunkStart + 4);
      const available = this.#bytes.length - chunkStart - 8;
      if (!isPrintable(type)) {
        this.#warnings.push(
          `${available + 8} bytes after the last chunk, from byte ${chunkStart}, were ignored`,
        );
        this.#offset = this.#bytes.length;
        break;
      }
      if (length > available && (type === "MTrk" || tracks.length < trackCount)) {
        this.#damage(
          "truncated",
          chunkStart,
          `chunk "${type}" claims ${length} bytes, ${available} are left`,
        );
      }
      const end = chunkStart + 8 + Math.min(length, available);
      if (type === "MTrk") {
        this.#track = tracks.length;
        this.#offset = chunkStart + 8;
        tracks.push(this.#readTrack(end));
        this.#track = undefined;
      } else {
        this.#warnings.push(`chunk "${type}" at byte ${chunkStart} is not a track and was skipped`);
      }
      this.#offset = end;
    }
    const left = this.#bytes.length - this.#offset;
    if (left > 0) this.#warnings.push(`${left} bytes after the last chunk were ignored`);
    if (tracks.length < trackCount) {
      this.#damage(
        "missing-track",
        this.#offset,
        `header announces ${trackCount} tracks, ${tracks.length} found`,
      );
    } else if (tracks.length > trackCount) {
      this.#warnings.push(`header announces ${trackCount} tracks, ${tracks.length} found; all were read`);
    }
    return { format, division, tracks, warnings: this.#warnings };
  }

  #readHeader(): { format: number; trackCount: number; division: Division } {
    const start = this.#offset;
    const bytes = this.#bytes;
    if (bytes.length === 0) {
      throw new MidiError("the file is empty", {
        code: "empty",
        offset: 0,
        hint: "give a Standard MIDI File (.mid)",
      });
    }
    if (ascii(bytes, start) !== "MThd") {
      throw new MidiError(`expected "MThd", got "${preview(bytes, start)}"`, {
        code: "not-midi",
        offset: start,
        hint: "this is not a Standard MIDI File; give a .mid file",
      });
    }
    if (bytes.length - start < 8 + HEADER_LENGTH) {
      throw new MidiError(`header is cut after ${bytes.length - start} of ${8 + HEADER_LENGTH} bytes`, {
        code: "truncated",
        offset: bytes.length,
        hint: "the file was cut short; get it again",
      });
    }
    const length = this.#uint32(start + 4);
    if (length < HEADER_LENGTH) {
      throw new MidiError(`header length is ${length}, must be at least ${HEADER_LENGTH}`, {
        code: "bad-header",
        offset: start + 4,
        hint: "the header is damaged; export the file again",
      });
    }
    if (length > bytes.length - start - 8) {
      this.#damage(
        "bad-header",
        start + 4,
        `header claims ${length} bytes, ${bytes.length - start - 8} are left`,
      );
    }
    const format = this.#uint16(start + 8);
    if (format > 2) this.#damage("bad-header", start + 8, `format ${format} is not 0, 1 or 2`);
    const division = this.#readDivision(start + 12);
    // A header of damaged length is taken to have the six bytes that the standard defines.
    this.#offset = start + 8 + (length > bytes.length - start - 8 ? HEADER_LENGTH : length);
    return { format, trackCount: this.#uint16(start + 10), division };
  }

  #readDivision(offset: number): Division {
    const value = this.#uint16(offset);
    if (value & 0x8000) {
      const framesPerSecond = 256 - (value >> 8);
      const ticksPerFrame = value & 0xff;
      if ([24, 25, 29, 30].includes(framesPerSecond) && ticksPerFrame > 0) {
        // "29" is drop-frame timecode: 30 frames in 1.001 seconds.
        return {
          kind: "smpte",
          framesPerSecond: framesPerSecond === 29 ? 30 / 1.001 : framesPerSecond,
          ticksPerFrame,
        };
      }
      this.#damage(
        "bad-division",
        offset,
        `SMPTE division of ${framesPerSecond} frames a second and ${ticksPerFrame} ticks a frame is not allowed`,
      );
    } else if (value > 0) {
      return { kind: "quarter", ticksPerQuarter: value };
    } else {
      this.#damage("bad-division", offset, "a division of 0 ticks per quarter note is not allowed");
    }
    return { kind: "quarter", ticksPerQuarter: 480 };
  }

  #readTrack(end: number): Track {
    const events: MidiEvent[] = [];
    let { tick, sawEnd } = this.#readEvents(end, 0, events);
    if (!sawEnd) this.#warn("the end-of-track event is missing");
    // Some writers (the Stanford rolls' among them) put the end of track too early; what follows is music, or padding.
    while (sawEnd && this.#offset < end) {
      const offset = this.#offset;
      const count = events.length;
      try {
        this.#isAfterEnd = true;
        ({ tick, sawEnd } = this.#readEvents(end, tick, events));
        this.#warn(`${events.length - count} events after the end of track were read, from byte ${offset}`);
      } catch (error) {
        if (!(error instanceof MidiError)) throw error;
        events.length = count;
        this.#offset = end;
        this.#warn(`${end - offset} bytes after the end of track, from byte ${offset}, were ignored`);
      } finally {
        this.#isAfterEnd = false;
      }
    }
    const nameEvent = events.find((event) => event.kind === "meta" && event.type === TRACK_NAME_META);
    return {
      name: nameEvent?.kind === "meta" ? decodeText(nameEvent.data) : "",
      events,
      endTick: Math.max(tick, events.at(-1)?.tick ?? 0),
    };
  }

  /** Reads events up to an end-of-track event, damage, or `end`; returns the time that was reached. */
  #readEvents(end: number, startTick: number, events: MidiEvent[]): { tick: number; sawEnd: boolean } {
    const bytes = this.#bytes;
    let tick = startTick;
    let runningStatus = 0;
    while (this.#offset < end) {
      const eventStart = this.#offset;
      const delta = this.#variableLength(end);
      if (delta === undefined) break;
      if (this.#offset >= end) {
        this.#damage("truncated", this.#offset, "track ends after a delta time");
        break;
      }
      tick += delta;
      if (tick > MAX_TICK) {
        this.#damage("time-overflow", eventStart, "time grows beyond what can be counted");
        break;
      }
      let status = bytes[this.#offset] ?? 0;
      if (status >= 0x80) {
        this.#offset += 1;
      } else if (runningStatus === 0) {
        this.#damage("bad-status", this.#offset, `data byte ${hex(status)} where an event should start`);
        break;
      } else {
        status = runningStatus;
      }
      if (status < 0xf0) {
        runningStatus = status;
        const event = this.#channelEvent(tick, status, end);
        if (event === undefined) break;
        events.push(event);
      } else if (status === META) {
        const type = bytes[this.#offset] ?? 0;
        this.#offset += 1;
        const data = this.#payload(end);
        if (data === undefined) break;
        if (type === END_OF_TRACK_META) return { tick, sawEnd: true };
        if (type !== TEMPO_META || this.#isTempo(eventStart, data))
          events.push({ kind: "meta", tick, type, data });
      } else if (status === SYSEX || status === SYSEX_ESCAPE) {
        const data = this.#payload(end);
        if (data === undefined) break;
        events.push({ kind: "sysex", tick, status, data });
      } else {
        this.#damage("bad-status", this.#offset - 1, `status byte ${hex(status)} does not belong in a file`);
        break;
      }
    }
    return { tick, sawEnd: false };
  }

  #channelEvent(tick: number, status: number, end: number): MidiEvent | undefined {
    const kind = status & 0xf0;
    const length = kind === 0xc0 || kind === 0xd0 ? 1 : 2;
    const start = this.#offset;
    if (start + length > end) {
      this.#damage(
        "truncated",
        start,
        `event ${hex(status)} needs ${length} data bytes, ${end - start} are left`,
      );
      return undefined;
    }
    const data1 = this.#bytes[start] ?? 0;
    const data2 = length === 2 ? (this.#bytes[start + 1] ?? 0) : 0;
    if (data1 >= 0x80 || data2 >= 0x80) {
      const bad = data1 >= 0x80 ? start : start + 1;
      const found = `data byte ${hex(this.#bytes[bad] ?? 0)} of event ${hex(status)} is over 0x7f`;
      this.#damage("bad-data", bad, found);
      return undefined;
    }
    this.#offset = start + length;
    return { kind: "channel", tick, status, data1, data2 };
  }

  /** The bytes of a meta or sysex event, after its variable-length size. */
  #payload(end: number): Uint8Array | undefined {
    const start = this.#offset;
    const length = this.#variableLength(end);
    if (length === undefined) return undefined;
    if (length > end - this.#offset) {
      const found = `event claims ${length} bytes, ${end - this.#offset} are left in the track`;
      this.#damage("truncated", start, found);
      return undefined;
    }
    const data = length === 0 ? EMPTY : this.#bytes.subarray(this.#offset, this.#offset + length);
    this.#offset += length;
    return data;
  }

  #variableLength(end: number): number | undefined {
    const start = this.#offset;
    let value = 0;
    for (let i = 0; i < 4; i += 1) {
      if (this.#offset >= end) {
        this.#damage("truncated", start, "a variable-length number is cut");
        return undefined;
      }
      const byte = this.#bytes[this.#offset] ?? 0;
      this.#offset += 1;
      value = value * 128 + (byte & 0x7f);
      if (byte < 0x80) return value;
    }
    this.#damage("bad-length", start, "a variable-length number is longer than four bytes");
    return undefined;
  }

  #isTempo(offset: number, data: Uint8Array): boolean {
    if (data.length === 3 && data.some((byte) => byte !== 0)) return true;
    const found = data.length === 3 ? "a tempo of 0" : `a tempo event of ${data.length} bytes instead of 3`;
    this.#damage("bad-tempo", offset, found);
    return false;
  }

  /** Strict reading throws here; recovery notes what was found, and the caller drops the smallest part it can. */
  #damage(code: MidiErrorCode, offset: number, found: string): void {
    const error = new MidiError(found, {
      code,
      offset,
      track: this.#track,
      hint: "the file is damaged; get it again",
      canRecover: true,
    });
    if (!this.#recover || this.#isAfterEnd) throw error;
    this.#warnings.push(`dropped: ${error.message}`);
  }

  #warn(found: string): void {
    this.#warnings.push(this.#track === undefined ? found : `track ${this.#track}: ${found}`);
  }

  #uint16(offset: number): number {
    return ((this.#bytes[offset] ?? 0) << 8) | (this.#bytes[offset + 1] ?? 0);
  }

  #uint32(offset: number): number {
    return this.#uint16(offset) * 0x10000 + this.#uint16(offset + 2);
  }
}

/** Four bytes as a chunk type; empty when fewer are left. */
function ascii(bytes: Uint8Array, offset: number): string {
  return offset + 4 <= bytes.length ? String.fromCharCode(...bytes.subarray(offset, offset + 4)) : "";
}

function isPrintable(text: string): boolean {
  return /^[\x20-\x7e]{4}$/.test(text);
}

function preview(bytes: Uint8Array, offset: number): string {
  return String.fromCharCode(...bytes.subarray(offset, offset + 4)).replace(/[^\x20-\x7e]/g, "?");
}

function hex(byte: number): string {
  return `0x${byte.toString(16).padStart(2, "0")}`;
}

/** Track names carry no encoding; UTF-8 where it is valid, Latin-1 where it is not. */
function decodeText(data: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(data);
  } catch {
    return new TextDecoder("latin1").decode(data);
  }
}
