/** A score to ids: the whole way from what a MIDI file holds to what a model reads. */
import { encodeColumns, NoteColumns } from "./performance.ts";
import type { Score, ScoreNote } from "./score.ts";
import { sustainedEnds } from "./sustain.ts";
import type { Vocabulary } from "./vocabulary.ts";

export interface EncodeScoreOptions {
  /** Begin with the first note instead of at the start of the file. Default false, as in note-seq. */
  readonly trimLeadingSilence?: boolean;
  /**
   * Leave out notes whose pitch the vocabulary lacks (`score2perf` has only a piano's keys) and count them in
   * `droppedNotes`. Default false: such a note is a `VocabularyError`.
   */
  readonly dropOutOfRange?: boolean;
}

export interface EncodedScore {
  readonly ids: Uint16Array<ArrayBuffer>;
  /** The notes that were encoded, pedal folded in: the k-th one is the k-th note-on of `ids`. */
  readonly notes: readonly ScoreNote[];
  /** Silence before the first note that was left out. */
  readonly trimmedSeconds: number;
  /** Notes that were left out because the vocabulary lacks their pitch. */
  readonly droppedNotes: number;
}

/**
 * Encodes the notes of a score: percussion left out, the sustain pedal folded into note lengths, then the performance
 * encoding of `encodePerformance`, with its errors.
 */
export function encodeScore(
  score: Score,
  vocabulary: Vocabulary,
  options: EncodeScoreOptions = {},
): EncodedScore {
  const ends = sustainedEnds(score.notes, score.pedal);
  const droppedNotes = options.dropOutOfRange ? dropOutOfRange(score.notes, ends, vocabulary) : 0;
  const first = score.notes.find((_, index) => !Number.isNaN(ends[index]));
  const trimmedSeconds = options.trimLeadingSilence ? (first?.startSeconds ?? 0) : 0;
  const columns = new NoteColumns(score.notes.length);
  const notes: ScoreNote[] = [];
  for (let index = 0; index < score.notes.length; index += 1) {
    const note = score.notes[index];
    const endSeconds = ends[index] ?? NaN;
    if (!note || Number.isNaN(endSeconds)) continue;
    columns.push(note, note.startSeconds - trimmedSeconds, endSeconds - trimmedSeconds);
    notes.push(note);
  }
  const order = columns.byOnset();
  const ids = encodeColumns(columns, order, vocabulary);
  return new LazyEncodedScore({ ids, trimmedSeconds, droppedNotes }, () =>
    Array.from(order, (index) => encodedNote(notes, columns, index)),
  );
}

/** Marks notes that the vocabulary has no pitch for as left out; returns how many. */
function dropOutOfRange(notes: readonly ScoreNote[], ends: Float64Array, vocabulary: Vocabulary): number {
  const { minimum, count } = vocabulary.range("NOTE_ON") ?? { minimum: 0, count: 0 };
  let dropped = 0;
  for (const [index, { pitch }] of notes.entries()) {
    if (Number.isNaN(ends[index]) || (pitch >= minimum && pitch < minimum + count)) continue;
    ends[index] = NaN;
    dropped += 1;
  }
  return dropped;
}

/** Makes `notes` when they are first asked for: most callers only want the ids. */
class LazyEncodedScore implements EncodedScore {
  readonly ids: Uint16Array<ArrayBuffer>;
  readonly trimmedSeconds: number;
  readonly droppedNotes: number;
  readonly #makeNotes: () => readonly ScoreNote[];
  #notes: readonly ScoreNote[] | undefined;

  constructor(facts: Omit<EncodedScore, "notes">, makeNotes: () => readonly ScoreNote[]) {
    this.ids = facts.ids;
    this.trimmedSeconds = facts.trimmedSeconds;
    this.droppedNotes = facts.droppedNotes;
    this.#makeNotes = makeNotes;
  }

  get notes(): readonly ScoreNote[] {
    this.#notes ??= this.#makeNotes();
    return this.#notes;
  }
}

function encodedNote(notes: readonly ScoreNote[], columns: NoteColumns, index: number): ScoreNote {
  const note = notes[index];
  if (!note) throw new RangeError(`no note ${index}`);
  return {
    ...note,
    startSeconds: columns.startSeconds[index] ?? 0,
    endSeconds: columns.endSeconds[index] ?? 0,
  };
}
