/** Writes a `Score` as the bytes of a Standard MIDI File. */
import { MidiError } from "./midi-error.ts";
import type { Division, MidiEvent, Score, Track } from "./score.ts";

/** The largest delta time that four variable-length bytes can hold. */
const MAX_DELTA = 0x0fffffff;
/** A text event (0x01) without characters, which all readers ignore. */
const EMPTY_TEXT_EVENT = Uint8Array.of(0xff, 0x01, 0);
/** Limit on empty text events: at 480 ticks per quarter note and 120 quarter notes per minute, more than 80 years. */
const MAX_SPACERS = 10_000;

/**
 * Writes a score as a Standard MIDI File: format 0 for one track, format 1 for several. Running status is not used. A gap longer than
 * the 268,435,455 ticks of one delta time is divided by empty text events.
 *
 * @throws MidiError when the gaps of the file need more than 10,000 empty text events.
 */
export function writeMidi(score: Score): Uint8Array<ArrayBuffer> {
  const out = new ByteWriter();
  out.ascii("MThd");
  out.uint32(6);
  out.uint16(score.tracks.length === 1 ? 0 : 1);
  out.uint16(score.tracks.length);
  out.uint16(divisionWord(score.division));
  const spacers = new SpacerBudget();
  for (const track of score.tracks) {
    out.ascii("MTrk");
    const lengthAt = out.length;
    out.uint32(0);
    writeTrack(out, track, spacers);
    out.uint32At(lengthAt, out.length - lengthAt - 4);
  }
  return out.bytes();
}

function divisionWord(division: Division): number {
  if (division.kind === "quarter") return division.ticksPerQuarter;
  // 30 drop-frame (29.97 frames per second) is written as −29.
  const frames = Number.isInteger(division.framesPerSecond) ? division.framesPerSecond : 29;
  return ((256 - frames) << 8) | division.ticksPerFrame;
}

function writeTrack(out: ByteWriter, track: Track, spacers: SpacerBudget): void {
  let tick = 0;
  for (const event of track.events) {
    writeDelta(out, event.tick - tick, spacers);
    tick = event.tick;
    writeEvent(out, event);
  }
  writeDelta(out, Math.max(0, track.endTick - tick), spacers);
  out.byte(0xff);
  out.byte(0x2f);
  out.byte(0);
}

function writeEvent(out: ByteWriter, event: MidiEvent): void {
  if (event.kind === "channel") {
    out.byte(event.status);
    out.byte(event.data1);
    const kind = event.status & 0xf0;
    if (kind !== 0xc0 && kind !== 0xd0) out.byte(event.data2);
    return;
  }
  if (event.kind === "meta") {
    out.byte(0xff);
    out.byte(event.type);
  } else {
    out.byte(event.status);
  }
  out.variableLength(event.data.length);
  out.append(event.data);
}

/** Writes the time up to the next event; divides it by empty text events where one delta time is too short. */
function writeDelta(out: ByteWriter, ticks: number, spacers: SpacerBudget): void {
  let left = ticks;
  for (; left > MAX_DELTA; left -= MAX_DELTA) {
    spacers.take(ticks);
    out.variableLength(MAX_DELTA);
    out.append(EMPTY_TEXT_EVENT);
  }
  out.variableLength(left);
}

/** Limits the number of empty text events in a file, so that a huge tick cannot exhaust the memory. */
class SpacerBudget {
  #left = MAX_SPACERS;

  take(ticks: number): void {
    this.#left -= 1;
    if (this.#left >= 0) return;
    throw new MidiError(`a silence of ${ticks} ticks is too long for a MIDI file`, {
      code: "bad-value",
      hint: "trim the silence, or write with fewer ticks per quarter note",
    });
  }
}

/** A byte buffer that doubles when it is full. */
class ByteWriter {
  #buffer = new Uint8Array(1024);
  length = 0;

  byte(value: number): void {
    this.#reserve(1);
    this.#buffer[this.length] = value;
    this.length += 1;
  }

  append(values: Uint8Array): void {
    this.#reserve(values.length);
    this.#buffer.set(values, this.length);
    this.length += values.length;
  }

  ascii(text: string): void {
    this.append(new TextEncoder().encode(text));
  }

  uint16(value: number): void {
    this.byte((value >> 8) & 0xff);
    this.byte(value & 0xff);
  }

  uint32(value: number): void {
    this.uint16(value >>> 16);
    this.uint16(value & 0xffff);
  }

  uint32At(offset: number, value: number): void {
    new DataView(this.#buffer.buffer).setUint32(offset, value);
  }

  variableLength(value: number): void {
    for (let shift = 21; shift > 0; shift -= 7) {
      if (value >= 1 << shift) this.byte(0x80 | ((value >> shift) & 0x7f));
    }
    this.byte(value & 0x7f);
  }

  bytes(): Uint8Array<ArrayBuffer> {
    return this.#buffer.slice(0, this.length);
  }

  #reserve(count: number): void {
    if (this.length + count <= this.#buffer.length) return;
    const grown = new Uint8Array(Math.max(this.#buffer.length * 2, this.length + count));
    grown.set(this.#buffer);
    this.#buffer = grown;
  }
}
