/** Finds the bounds of chunks in a file whose chunk lengths are wrong. Used with `recover` only. */
import { fourLetters, uint32 } from "../bytes.ts";

const CHUNK_HEAD = 8;
const META = 0xff;
const SYSEX = 0xf0;
const SYSEX_ESCAPE = 0xf7;
const END_OF_TRACK_META = 0x2f;
const MAX_NUMBER_BYTES = 4;

/** Whether these are a chunk name: four printable characters, by the specification. */
export function isChunkName(name: string): boolean {
  return /^[\x20-\x7e]{4}$/.test(name);
}

/**
 * Finds the ends of chunks. Offsets must not decrease from call to call: each search starts where the last one ended, so that the
 * whole file is read a fixed number of times.
 */
export class ChunkRecovery {
  readonly #bytes: Uint8Array;
  /** The next "MTrk" after the last searched offset; there is none between the two. */
  #nextTrack = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** The first "MTrk" from `offset` on; the end of the file when there is none. */
  nextTrack(offset: number): number {
    const bytes = this.#bytes;
    if (this.#nextTrack < offset || (this.#nextTrack === offset && !this.#isTrack(offset))) {
      let at = bytes.indexOf(0x4d, offset);
      while (at >= 0 && !this.#isTrack(at)) at = bytes.indexOf(0x4d, at + 1);
      this.#nextTrack = at < 0 ? bytes.length : at;
    }
    return this.#nextTrack;
  }

  /**
   * The end of the track chunk whose contents begin at `start`. The claimed end is right if it follows an end-of-track event or
   * precedes another chunk. Otherwise the end is found from the events or, where they cannot be read, from the next "MTrk".
   */
  trackEnd(start: number, claimedEnd: number): number {
    const isBoundary = this.#isBoundary(claimedEnd);
    const walk = walkEvents(this.#bytes, start, isBoundary ? claimedEnd : this.#bytes.length, isBoundary);
    if (walk.end === claimedEnd) return claimedEnd;
    if (walk.stoppedAt !== "damage" && this.#isTrack(walk.end)) return walk.end;
    if (isBoundary) return claimedEnd;
    const next = this.nextTrack(walk.end);
    if (walk.end <= claimedEnd) return Math.min(claimedEnd, next);
    return walk.stoppedAt === "damage" ? next : walk.end;
  }

  /** The end of a chunk that is not a track: the claimed one if another chunk follows there, else the next "MTrk". */
  otherEnd(start: number, claimedEnd: number): number {
    if (this.#isBoundary(claimedEnd)) return claimedEnd;
    const next = this.nextTrack(start);
    return next < this.#bytes.length ? next : Math.min(claimedEnd, next);
  }

  /** Whether the offset is the end of the file or the start of a possible chunk. */
  #isBoundary(offset: number): boolean {
    const left = this.#bytes.length - offset - CHUNK_HEAD;
    if (left < 0) return left === -CHUNK_HEAD;
    return this.#isTrack(offset) || (isChunkName(fourLetters(this.#bytes, offset)) && this.#fits(offset));
  }

  #isTrack(offset: number): boolean {
    return isTrackHead(this.#bytes, offset);
  }

  #fits(offset: number): boolean {
    return uint32(this.#bytes, offset + 4) <= this.#bytes.length - offset - CHUNK_HEAD;
  }
}

function isTrackHead(bytes: Uint8Array, offset: number): boolean {
  return bytes[offset] === 0x4d && fourLetters(bytes, offset) === "MTrk";
}

interface Walk {
  /** Offset after the end-of-track event, or of the event that was not read. */
  readonly end: number;
  readonly stoppedAt: "end of track" | "track head" | "limit" | "damage";
}

/**
 * Skips events up to the first end-of-track event or `limit`. "MTrk" in place of an event also ends the track, unless the length is
 * known to be right: under running status these letters can be a note.
 */
function walkEvents(bytes: Uint8Array, start: number, limit: number, isLengthRight: boolean): Walk {
  let runningStatus = 0;
  let offset = start;
  while (offset < limit) {
    const eventStart = offset;
    const damage: Walk = { end: eventStart, stoppedAt: "damage" };
    if (!isLengthRight && isTrackHead(bytes, offset)) {
      const isEvent = runningStatus > 0 && uint32(bytes, offset + 4) > bytes.length - offset - CHUNK_HEAD;
      if (!isEvent) return { end: offset, stoppedAt: "track head" };
    }
    offset = numberEnd(bytes, offset, limit);
    if (offset < 0 || offset >= limit) return damage;
    let status = bytes[offset]!;
    if (status >= 0x80) offset += 1;
    else if (runningStatus > 0) status = runningStatus;
    else return damage;
    if (status < SYSEX) {
      runningStatus = status;
      offset += status < 0xc0 || status >= 0xe0 ? 2 : 1;
    } else if (status === META || status === SYSEX || status === SYSEX_ESCAPE) {
      const type = bytes[offset];
      if (status === META) offset += 1;
      const dataStart = numberEnd(bytes, offset, limit);
      if (dataStart < 0) return damage;
      offset = dataStart + numberIn(bytes, offset, dataStart);
      if (offset > limit) return damage;
      if (status === META && type === END_OF_TRACK_META) return { end: offset, stoppedAt: "end of track" };
    } else {
      offset += status === 0xf2 ? 2 : status === 0xf1 || status === 0xf3 ? 1 : 0;
    }
    if (offset > limit) return damage;
  }
  return { end: offset, stoppedAt: "limit" };
}

/** Offset after the variable-length number at `offset`; −1 when it is cut or too long. */
function numberEnd(bytes: Uint8Array, offset: number, limit: number): number {
  for (let at = offset; at < Math.min(limit, offset + MAX_NUMBER_BYTES); at += 1) {
    if (bytes[at]! < 0x80) return at + 1;
  }
  return -1;
}

function numberIn(bytes: Uint8Array, start: number, end: number): number {
  let value = 0;
  for (let at = start; at < end; at += 1) value = (value << 7) | (bytes[at]! & 0x7f);
  return value;
}
