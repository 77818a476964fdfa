/** The meta and system-exclusive events of a track as columns. Their data stay in the bytes of the file; event objects are created on demand. */
import { uint24 } from "../bytes.ts";
import type { MetaEvent, SysexEvent } from "./score.ts";

/** The lowest status byte of system-exclusive events; meta types are lower. */
const SYSEX = 0xf0;

/** Events in file order. */
export class LongEvents {
  /** The index of each event among all events of its track. */
  readonly indices: number[] = [];
  /** The meta type, 0 to 127, or the status byte of a system-exclusive event. */
  readonly types: number[] = [];
  hasSysex = false;
  readonly #bytes: Uint8Array;
  readonly #starts: number[] = [];
  readonly #ends: number[] = [];

  /** @param bytes contains the data of all events. */
  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** Adds an event with the data from `start` to `end`. */
  push(index: number, type: number, start: number, end: number): void {
    this.indices.push(index);
    this.types.push(type);
    this.#starts.push(start);
    this.#ends.push(end);
    if (type >= SYSEX) this.hasSysex = true;
  }

  /** Removes the events with an index from `index` on. */
  truncate(index: number): void {
    let { length } = this.indices;
    while (length > 0 && this.indices[length - 1]! >= index) length -= 1;
    for (const column of [this.indices, this.types, this.#starts, this.#ends]) column.length = length;
  }

  /** A view of the data of an event. @param row index of the event among the long events of the track. */
  data(row: number): Uint8Array {
    return this.#bytes.subarray(this.#starts[row]!, this.#ends[row]!);
  }

  /** The first three bytes of the data of an event as a number; missing bytes are 0. */
  uint24(row: number): number {
    const start = this.#starts[row]!;
    const bytes = this.#ends[row]! - start < 3 ? Uint8Array.of(...this.data(row), 0, 0, 0) : undefined;
    return bytes ? uint24(bytes, 0) : uint24(this.#bytes, start);
  }

  /** The data of all system-exclusive events. */
  sysexData(): Uint8Array[] {
    if (!this.hasSysex) return [];
    return this.types.flatMap((type, row) => (type >= SYSEX ? [this.data(row)] : []));
  }

  event(row: number, tick: number): MetaEvent | SysexEvent {
    const type = this.types[row]!;
    const data = this.data(row);
    return type < SYSEX ? { kind: "meta", tick, type, data } : { kind: "sysex", tick, status: type, data };
  }
}
