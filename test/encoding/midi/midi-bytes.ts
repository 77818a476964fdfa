/** MIDI files byte by byte, for tests. */
import type { Note } from "../../../encoding/index.ts";

export const END_OF_TRACK = [0, 0xff, 0x2f, 0];

function ascii(text: string): number[] {
  return [...new TextEncoder().encode(text)];
}

export function uint32(value: number): number[] {
  return [(value >>> 24) & 0xff, (value >>> 16) & 0xff, (value >>> 8) & 0xff, value & 0xff];
}

/** Format, number of tracks and division, also invalid ones. */
export function header(format: number, tracks: number, division = 500): number[] {
  return [
    ...ascii("MThd"),
    ...uint32(6),
    0,
    format,
    tracks >> 8,
    tracks & 0xff,
    division >> 8,
    division & 0xff,
  ];
}

export function chunk(name: string, body: readonly number[], length = body.length): number[] {
  return [...ascii(name), ...uint32(length), ...body];
}

/** A track chunk of these bytes, followed by an end-of-track event. */
export function track(...body: number[]): number[] {
  return chunk("MTrk", [...body, ...END_OF_TRACK]);
}

/** A whole file: format 0 for one track, format 1 for several; 500 ticks per quarter note, so that one tick is 1 ms. */
export function file(...tracks: readonly number[][]): Uint8Array {
  return Uint8Array.from([...header(tracks.length > 1 ? 1 : 0, tracks.length), ...tracks.flat()]);
}

/** A note in milliseconds. */
export function note(pitch: number, velocity: number, startMs: number, endMs: number): Note {
  return { pitch, velocity, startSeconds: startMs / 1000, endSeconds: endMs / 1000 };
}
