/** Encodes a score as performance ids: selects its notes, and includes the pedal in their durations. */
import { ColumnScore, type NoteTable, type Score, type ScoreNote } from "../midi/index.ts";
import { encodeColumns } from "./performance.ts";
import type { Vocabulary } from "./vocabulary.ts";

/** Options of `encodeScore`. */
export interface EncodeScoreOptions {
  /** Start with the first note instead of the start of the file. Default false, as in note-seq. */
  readonly trimLeadingSilence?: boolean;
  /**
   * Omit notes whose pitch is not in the vocabulary (`score2perf` has the 88 piano keys) and count them in
   * `droppedNotes`. Default false: such a note is a `VocabularyError`.
   */
  readonly dropOutOfRange?: boolean;
  /**
   * Longest duration of a note without a note-off, in seconds. `readMidi` ends such a note, often one bar after the last note, which a model
   * should not learn. Default: no limit.
   */
  readonly maxUnreleasedSeconds?: number;
}

/** Ids, with the notes that they encode. */
export interface EncodedScore {
  readonly ids: Uint16Array<ArrayBuffer>;
  /** The encoded notes, pedal included: the k-th one is the k-th note-on of `ids`. */
  readonly notes: readonly ScoreNote[];
  /** Trimmed silence before the first note, in seconds. */
  readonly trimmedSeconds: number;
  /** Number of notes omitted because their pitch is not in the vocabulary. */
  readonly droppedNotes: number;
  /** Number of encoded notes without a note-off. */
  readonly unreleasedNotes: number;
}

/**
 * Encodes the notes of a score without percussion. Their durations include the pedals.
 *
 * @throws EncodingError, VocabularyError as `encodePerformance` does.
 */
export function encodeScore(
  score: Score,
  vocabulary: Vocabulary,
  options: EncodeScoreOptions = {},
): EncodedScore {
  const table = ColumnScore.tableOf(score);
  const isChanged =
    options.dropOutOfRange || (table.hasUnreleased && options.maxUnreleasedSeconds !== undefined);
  const ends = isChanged ? table.soundEnds.slice() : table.soundEnds;
  const droppedNotes = options.dropOutOfRange ? dropOutOfRange(table, ends, vocabulary) : 0;
  const rows = keptRows(table.rowsByOnset(), ends);
  const unreleasedNotes = endUnreleased(table, rows, ends, options.maxUnreleasedSeconds ?? Infinity);
  const trimmedSeconds = options.trimLeadingSilence ? firstOnset(table, rows) : 0;
  const { startSeconds, pitches, velocities } = table;
  const columns = { startSeconds, endSeconds: ends, pitches, velocities };
  const ids = encodeColumns(columns, rows, vocabulary, trimmedSeconds);
  let notes: readonly ScoreNote[] | undefined;
  return {
    ids,
    // Created on first access: most callers need the ids only.
    get notes() {
      return (notes ??= encodedNotes(table, rows, ends, trimmedSeconds));
    },
    trimmedSeconds,
    droppedNotes,
    unreleasedNotes,
  };
}

/** The encoded notes, with their ends, and with times from `originSeconds` on. */
function encodedNotes(
  table: NoteTable,
  rows: Uint32Array,
  ends: Float64Array,
  originSeconds: number,
): ScoreNote[] {
  return table.notesAt(rows).map((note, rank) => {
    const endSeconds = ends[rows[rank]!]! - originSeconds;
    return {
      ...note,
      startSeconds: note.startSeconds - originSeconds,
      endSeconds,
      soundEndSeconds: endSeconds,
    };
  });
}

/** Marks notes whose pitch is not in the vocabulary as omitted, by an end of NaN; returns their number. */
function dropOutOfRange({ pitches, length }: NoteTable, ends: Float64Array, vocabulary: Vocabulary): number {
  const { minimum, count } = vocabulary.range("NOTE_ON") ?? { minimum: 0, count: 0 };
  let dropped = 0;
  for (let row = 0; row < length; row += 1) {
    const pitch = pitches[row]!;
    if (Number.isNaN(ends[row]) || (pitch >= minimum && pitch < minimum + count)) continue;
    ends[row] = NaN;
    dropped += 1;
  }
  return dropped;
}

/** Limits the duration of notes without a note-off; returns their number. */
function endUnreleased(table: NoteTable, rows: Uint32Array, ends: Float64Array, maxSeconds: number): number {
  if (!table.hasUnreleased) return 0;
  let count = 0;
  for (const row of rows) {
    if (!table.isUnreleased(row)) continue;
    count += 1;
    if (maxSeconds < Infinity) ends[row] = Math.min(ends[row]!, table.startSeconds[row]! + maxSeconds);
  }
  return count;
}

/** The rows that are not marked as omitted; `rows` itself where none is. */
function keptRows(rows: Uint32Array, ends: Float64Array): Uint32Array {
  let isAny = false;
  for (let rank = 0; rank < rows.length && !isAny; rank += 1) isAny = Number.isNaN(ends[rank]);
  if (!isAny) return rows;
  const kept = new Uint32Array(rows.length);
  let count = 0;
  for (let rank = 0; rank < rows.length; rank += 1) {
    const row = rows[rank]!;
    if (!Number.isNaN(ends[row])) kept[count++] = row;
  }
  return kept.subarray(0, count);
}

function firstOnset({ startSeconds }: NoteTable, rows: Uint32Array): number {
  return rows.length > 0 ? startSeconds[rows[0]!]! : 0;
}
