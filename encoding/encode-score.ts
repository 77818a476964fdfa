import { byOnset, encodePerformance, trimLeadingSilence } from "./performance.ts";
import type { Score, ScoreNote } from "./score.ts";
import { applySustain } from "./sustain.ts";
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
  const sustained = applySustain(score.notes, score.pedal);
  const { notes, trimmedSeconds } = options.trimLeadingSilence
    ? trimLeadingSilence(sustained)
    : { notes: sustained, trimmedSeconds: 0 };
  return { ids: encodePerformance(notes, vocabulary), notes: byOnset(notes), trimmedSeconds };
}
