/** A score to ids: the whole way from what a MIDI file holds to what a model reads. */
import { encodeColumns, NoteColumns } from "./performance.ts";
import type { Score, ScoreNote } from "./score.ts";
import { sustainedEnds } from "./sustain.ts";
import type { Vocabulary } from "./vocabulary.ts";

export interface EncodeScoreOptions {
  /** Begin with the first note instead of at the start of the file. Default false, as in note-seq. */
  readonly trimLeadingSilence?: boolean;
}

export interface EncodedScore {
  readonly ids: Uint16Array<ArrayBuffer>;
  /** The notes that were encoded, pedal folded in: the k-th one is the k-th note-on of `ids`. */
  readonly notes: readonly ScoreNote[];
  /** Silence before the first note that was left out. */
  readonly trimmedSeconds: number;
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
  return new LazyEncodedScore(ids, trimmedSeconds, () =>
    Array.from(order, (index) => encodedNote(notes, columns, index)),
  );
}

/** Makes `notes` when they are first asked for: most callers only want the ids. */
class LazyEncodedScore implements EncodedScore {
  readonly ids: Uint16Array<ArrayBuffer>;
  readonly trimmedSeconds: number;
  readonly #makeNotes: () => readonly ScoreNote[];
  #notes: readonly ScoreNote[] | undefined;

  constructor(ids: Uint16Array<ArrayBuffer>, trimmedSeconds: number, makeNotes: () => readonly ScoreNote[]) {
    this.ids = ids;
    this.trimmedSeconds = trimmedSeconds;
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
