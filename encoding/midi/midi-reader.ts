/**
 * The chunk layer of the Standard MIDI File 1.0 specification (RP-001): header and tracks, bare or in a wrapper.
 * Allocations are proportional to the input: each claimed length is checked against it first.
 */
import { fourLetters, hex, uint16, uint32 } from "../bytes.ts";
import { ChunkRecovery, isChunkName } from "./chunk-recovery.ts";
import { pluralize } from "../pluralize.ts";
import { DamageLog } from "./damage-log.ts";
import { fileKindOf } from "./file-kinds.ts";
import { MidiError } from "./midi-error.ts";
import { unwrap } from "./midi-wrapper.ts";
import type { Compatibility, Division, Track } from "./score.ts";
import { readTrack } from "./track-reader.ts";

/** Options of reading. */
export interface ReadMidiOptions {
  /**
   * Read a damaged file as far as possible, and list the dropped parts in `Score.warnings`. Default false: the first damage throws a
   * `MidiError`.
   */
  readonly recover?: boolean;
  /** Reproduce another program's parsing of notes, programs and pedals. Default: the parsing of encoding/README.md. */
  readonly compatibility?: Compatibility | undefined;
}

export interface MidiFile {
  readonly format: number;
  readonly division: Division;
  readonly tracks: readonly Track[];
  readonly warnings: readonly string[];
}

interface Header {
  readonly format: number;
  readonly trackCount: number;
  readonly division: Division;
  /** Offset of the first chunk after the header. */
  readonly end: number;
}

/** Length in bytes of a chunk's name and length fields. */
const CHUNK_HEAD = 8;
const HEADER_LENGTH = 6;
/** The division assumed with `recover` where the file's is invalid. */
const FALLBACK_DIVISION: Division = { kind: "quarter", ticksPerQuarter: 480 };

/** Reads all chunks of a MIDI file. @throws MidiError; with `recover`, only when no header can be read. */
export function readMidiFile(input: Uint8Array, options: ReadMidiOptions = {}): MidiFile {
  const log = new DamageLog(options.recover ?? false);
  const { bytes, start } = unwrap(input, log);
  const { format, trackCount, division, end } = readHeader(bytes, start, log);
  const recovery = options.recover ? new ChunkRecovery(bytes) : undefined;
  // A header of the usual length is accepted; the end of a longer one is checked by the chunk that follows it.
  const usualEnd = start + CHUNK_HEAD + HEADER_LENGTH;
  const chunksAt = end > usualEnd && recovery ? recovery.otherEnd(usualEnd, end) : end;
  if (chunksAt !== end) log.warn(`no chunk follows the header at byte ${end}: read on from byte ${chunksAt}`);
  const tracks = readTracks(bytes, chunksAt, trackCount, log, recovery);
  return { format, division, tracks, warnings: log.warnings() };
}

function readHeader(bytes: Uint8Array, start: number, log: DamageLog): Header {
  if (bytes.length === 0) {
    throw new MidiError("the file is empty", {
      code: "empty",
      offset: 0,
      hint: "give a Standard MIDI File (.mid)",
    });
  }
  const name = fourLetters(bytes, start);
  const left = bytes.length - start - CHUNK_HEAD;
  if (name !== "MThd" && !(left < 0 && "MThd".startsWith(name))) {
    const kind = fileKindOf(bytes.subarray(start));
    throw new MidiError(`this is ${kind ? `${kind.name}, ` : ""}not a MIDI file: expected "MThd"`, {
      code: "not-midi",
      offset: start,
      hint: kind?.hint ?? "give a Standard MIDI File (.mid)",
    });
  }
  if (left < HEADER_LENGTH) {
    throw new MidiError(`header is cut after ${left + CHUNK_HEAD} of ${CHUNK_HEAD + HEADER_LENGTH} bytes`, {
      code: "truncated",
      offset: bytes.length,
      hint: "the file was cut short; get it again",
    });
  }
  const claimed = uint32(bytes, start + 4);
  const isLengthBad = claimed < HEADER_LENGTH || claimed > left;
  if (isLengthBad) {
    const found = `header claims ${claimed} bytes, expected ${HEADER_LENGTH} (${left} are left)`;
    log.report({ code: "bad-header", offset: start + 4, found }, `assumed to have ${HEADER_LENGTH}`);
  }
  const format = uint16(bytes, start + 8);
  if (format > 2) {
    const found = `format ${format} is not 0, 1 or 2`;
    log.report({ code: "bad-header", offset: start + 8, found }, "assumed to be 1");
  }
  return {
    format,
    trackCount: uint16(bytes, start + 10),
    division: readDivision(bytes, start + 12, log),
    end: start + CHUNK_HEAD + (isLengthBad ? HEADER_LENGTH : claimed),
  };
}

function readDivision(bytes: Uint8Array, offset: number, log: DamageLog): Division {
  const value = uint16(bytes, offset);
  const isSmpte = (value & 0x8000) !== 0;
  if (!isSmpte && value > 0) return { kind: "quarter", ticksPerQuarter: value };
  const frames = 256 - (value >> 8);
  const ticksPerFrame = value & 0xff;
  if (isSmpte && [24, 25, 29, 30].includes(frames) && ticksPerFrame > 0) {
    // "29" is drop-frame timecode: 30 frames in 1.001 seconds.
    return { kind: "smpte", framesPerSecond: frames === 29 ? 30 / 1.001 : frames, ticksPerFrame };
  }
  const found = isSmpte
    ? `a SMPTE division of ${frames} frames a second and ${ticksPerFrame} ticks a frame is not allowed`
    : "a division of 0 ticks per quarter note is not allowed";
  log.report({ code: "bad-division", offset, found }, "assumed to be 480 ticks per quarter note");
  return FALLBACK_DIVISION;
}

/** Reads all track chunks up to the end of the file; other chunks are skipped, as the specification requires. */
function readTracks(
  bytes: Uint8Array,
  start: number,
  trackCount: number,
  log: DamageLog,
  recovery: ChunkRecovery | undefined,
): Track[] {
  const tracks: Track[] = [];
  let offset = start;
  while (bytes.length - offset >= CHUNK_HEAD) {
    const name = fourLetters(bytes, offset);
    const isMissing = tracks.length < trackCount;
    if (!isChunkName(name)) {
      // After the last track, unreadable bytes are padding.
      if (!isMissing) break;
      const found = `a chunk named by the bytes ${[...bytes.subarray(offset, offset + 4)].map(hex).join(" ")}`;
      const next = recovery?.nextTrack(offset) ?? bytes.length;
      const isFound = next < bytes.length;
      const done = isFound ? `skipped to the track at byte ${next}` : "the rest of the file was dropped";
      log.report({ code: "bad-chunk", offset, found }, done);
      if (!isFound) break;
      offset = next;
      continue;
    }
    const chunkStart = offset + CHUNK_HEAD;
    const chunkEnd = endOfChunk(bytes, offset, isMissing, log, recovery);
    if (name === "MTrk") tracks.push(readTrack(bytes, chunkStart, chunkEnd, tracks.length, log));
    else log.warn(`chunk "${name}" at byte ${offset} is not a track and was skipped`);
    offset = chunkEnd;
  }
  if (tracks.length < trackCount) {
    const found = `header announces ${pluralize(trackCount, "track")}, ${tracks.length} found`;
    log.report({ code: "missing-track", offset, found }, "the rest are missing");
  } else if (tracks.length > trackCount) {
    log.warn(`header announces ${pluralize(trackCount, "track")}, ${tracks.length} found; all were read`);
  }
  if (bytes.length > offset)
    log.warn(
      `${pluralize(bytes.length - offset, "byte")} after the last chunk, from byte ${offset}, ignored`,
    );
  return tracks;
}

/** End of the chunk at `offset`: the claimed one, limited to the file, or the one that recovery finds. */
function endOfChunk(
  bytes: Uint8Array,
  offset: number,
  isTrackMissing: boolean,
  log: DamageLog,
  recovery: ChunkRecovery | undefined,
): number {
  const name = fourLetters(bytes, offset);
  const start = offset + CHUNK_HEAD;
  const length = uint32(bytes, offset + 4);
  const claimedEnd = Math.min(start + length, bytes.length);
  const found =
    name === "MTrk" ? recovery?.trackEnd(start, start + length) : recovery?.otherEnd(start, start + length);
  const end = found ?? claimedEnd;
  const done = end === claimedEnd ? "read up to the end of the file" : `assumed to have ${end - start}`;
  const available = bytes.length - start;
  if (length > available && (name === "MTrk" || isTrackMissing)) {
    const claim = `chunk "${name}" claims ${length} bytes, ${available} are left`;
    log.report({ code: "truncated", offset, found: claim }, done);
  } else if (end !== claimedEnd) {
    log.warn(`chunk "${name}" claims ${pluralize(length, "byte")} at byte ${offset}: ${done}`);
  }
  return end;
}
