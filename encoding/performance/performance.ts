/**
 * Encodes notes as performance ids, with the semantics of note-seq (`performance_lib.py`, `sequences_lib.py`): times in steps of
 * 10 ms; in each step note-offs (by onset), then note-ons (by onset); a velocity event only where the bin changes.
 */
import { columnsOf, type Note, type NoteColumns, onsetOrder } from "../midi/index.ts";
import { ascendingOrder } from "../sort.ts";
import { HintedError } from "../hinted-error.ts";
import type { EventKind, IdRange, Vocabulary } from "./vocabulary.ts";

/** The resolution: steps of 10 ms. */
export const STEPS_PER_SECOND = 100;
/** Limit on times, against damaged files: each second of silence is one id. */
const MAX_SECONDS = 100 * 3600;
const NO_BIN = -1;
/** A step after all others; an integer, so that steps are compared as integers. */
const NEVER = 2 ** 31 - 1;

/** Thrown for notes that have no encoding. */
export class EncodingError extends HintedError<"bad-time" | "not-a-performance"> {
  override readonly name = "EncodingError";
}

/** Seconds to the nearest step of 10 ms; half a step is rounded up. */
export function quantize(seconds: number): number {
  return Math.floor(seconds * STEPS_PER_SECOND + 0.5);
}

/**
 * Encodes notes as ids. A note shorter than one step is lengthened to one step; silence after the last event is not encoded.
 *
 * @param notes in any order, without percussion; times in seconds from the start of the piece, pedal included.
 * @throws EncodingError for a time that is negative or beyond 100 hours; VocabularyError for a pitch that is not in the vocabulary.
 * @example
 * encodePerformance([{ pitch: 60, velocity: 100, startSeconds: 0, endSeconds: 0.5 }], PERFORMANCE_388);
 * // VELOCITY 25, NOTE_ON 60, TIME_SHIFT 50, NOTE_OFF 60 → [380, 60, 305, 188]
 */
export function encodePerformance(notes: readonly Note[], vocabulary: Vocabulary): Uint16Array<ArrayBuffer> {
  const columns = columnsOf(notes);
  return encodeColumns(columns, onsetOrder(columns, Uint32Array.from(notes.keys())), vocabulary);
}

/**
 * Encodes rows of a note table.
 *
 * @param order the rows in order of onset (`onsetOrder`).
 * @param originSeconds subtracted from all times.
 * @throws EncodingError, VocabularyError as `encodePerformance` does.
 */
export function encodeColumns(
  notes: NoteColumns,
  order: Uint32Array,
  vocabulary: Vocabulary,
  originSeconds = 0,
): Uint16Array<ArrayBuffer> {
  const quantized = quantizeNotes(notes, order, vocabulary, originSeconds);
  const { minimum, count } = rangeOf(vocabulary, "TIME_SHIFT");
  // At most five ids per note: velocity, note-on, note-off, and a shift before each of the last two; longest shifts are extra.
  const ids = new Uint16Array(order.length * 5 + Math.ceil(quantized.lastStep / (minimum + count - 1)));
  const length = writeIds(quantized, vocabulary, ids);
  return ids.slice(0, length);
}

/** Merges note-ons in order of onset and note-offs in order of end; within a step the note-offs come first. Returns the length. */
function writeIds(
  { starts, ends, bins, pitches }: QuantizedNotes,
  vocabulary: Vocabulary,
  ids: Uint16Array,
): number {
  const byEnd = ascendingOrder(ends);
  const shifts = rangeOf(vocabulary, "TIME_SHIFT");
  const longestShift = shifts.minimum + shifts.count - 1;
  const noteOn = zeroOf(rangeOf(vocabulary, "NOTE_ON"));
  const noteOff = zeroOf(rangeOf(vocabulary, "NOTE_OFF"));
  const timeShift = zeroOf(shifts);
  const velocity = zeroOf(rangeOf(vocabulary, "VELOCITY"));
  const count = byEnd.length;
  if (count === 0) return 0;
  let length = 0;
  let now = 0;
  let currentBin = -1;
  let nextOn = 0;
  let nextOff = 0;
  let ending = byEnd[0]!;
  let onStep = starts[0]!;
  let offStep = ends[ending]!;
  while (nextOff < count) {
    const isOn = onStep < offStep;
    const step = isOn ? onStep : offStep;
    if (step > now) {
      for (; step - now > longestShift; now += longestShift) ids[length++] = timeShift + longestShift;
      ids[length++] = timeShift + step - now;
      now = step;
    }
    if (isOn) {
      const bin = bins[nextOn]!;
      if (bin !== currentBin) ids[length++] = velocity + bin;
      currentBin = bin;
      ids[length++] = noteOn + pitches[nextOn]!;
      nextOn += 1;
      onStep = nextOn < count ? starts[nextOn]! : NEVER;
    } else {
      ids[length++] = noteOff + pitches[ending]!;
      nextOff += 1;
      if (nextOff < count) {
        ending = byEnd[nextOff]!;
        offStep = ends[ending]!;
      }
    }
  }
  return length;
}

interface QuantizedNotes {
  readonly starts: Int32Array;
  readonly ends: Int32Array;
  readonly bins: Uint8Array;
  readonly pitches: Uint8Array;
  readonly lastStep: number;
}

/**
 * Times in steps and velocities in bins, in the order of `order`.
 *
 * @throws EncodingError, VocabularyError as `encodePerformance`.
 */
function quantizeNotes(
  notes: NoteColumns,
  order: Uint32Array,
  vocabulary: Vocabulary,
  originSeconds: number,
): QuantizedNotes {
  const count = order.length;
  // One allocation: for a small file with few notes, four allocations would take most of the time.
  const buffer = new ArrayBuffer(count * 10);
  const starts = new Int32Array(buffer, 0, count);
  const ends = new Int32Array(buffer, count * 4, count);
  const bins = new Uint8Array(buffer, count * 8, count);
  const pitches = new Uint8Array(buffer, count * 9, count);
  const { startSeconds, endSeconds, pitches: pitchOf, velocities: velocityOf } = notes;
  const isPitch = pitchTable(vocabulary);
  const binOf = binTable(vocabulary);
  let lastStep = 0;
  for (let rank = 0; rank < count; rank += 1) {
    const row = order[rank]!;
    const pitch = pitchOf[row]!;
    if (isPitch[pitch] !== 1) vocabulary.id("NOTE_ON", pitch);
    const velocity = velocityOf[row]!;
    let bin = binOf[velocity] ?? NO_BIN;
    if (bin === NO_BIN) {
      bin = vocabulary.velocityBin(velocity);
      vocabulary.id("VELOCITY", bin);
    }
    const from = startSeconds[row]! - originSeconds;
    const to = endSeconds[row]! - originSeconds;
    const start = quantize(from);
    const end = Math.max(start + 1, quantize(to));
    if (!(start >= 0 && from <= MAX_SECONDS && to <= MAX_SECONDS)) throw timeError(pitch, from, to);
    starts[rank] = start;
    ends[rank] = end;
    bins[rank] = bin;
    pitches[rank] = pitch;
    if (end > lastStep) lastStep = end;
  }
  return { starts, ends, bins, pitches, lastStep };
}

function timeError(pitch: number, from: number, to: number): EncodingError {
  return new EncodingError(
    `a note of pitch ${pitch} lasts from ${from} to ${to} s; ` +
      `times must be between 0 and ${MAX_SECONDS} s`,
    { code: "bad-time", hint: "correct the note, or omit it" },
  );
}

/** The id of the value 0, which need not exist: the id of a value is this plus the value. */
function zeroOf({ first, minimum }: IdRange): number {
  return first - minimum;
}

/** 1 for the pitches that the vocabulary has. */
function pitchTable(vocabulary: Vocabulary): Uint8Array {
  const { minimum, count } = rangeOf(vocabulary, "NOTE_ON");
  return new Uint8Array(128).fill(1, minimum, minimum + count);
}

/** The bin of each velocity; `NO_BIN` where the vocabulary has no such bin. */
function binTable(vocabulary: Vocabulary): Int16Array {
  const { minimum, count } = rangeOf(vocabulary, "VELOCITY");
  const bins = new Int16Array(128).fill(NO_BIN);
  for (let velocity = 0; velocity < bins.length; velocity += 1) {
    const bin = vocabulary.velocityBin(velocity);
    if (bin >= minimum && bin < minimum + count) bins[velocity] = bin;
  }
  return bins;
}

function rangeOf(vocabulary: Vocabulary, kind: EventKind): IdRange {
  const range = vocabulary.range(kind);
  if (range) return range;
  throw new EncodingError(
    `vocabulary "${vocabulary.name}" has no ${kind} ids, so it cannot encode a performance`,
    { code: "not-a-performance", hint: `use a vocabulary with these ids, such as PERFORMANCE_416` },
  );
}
