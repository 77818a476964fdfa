/** The likelihood of pieces of music under a model. */
import { encodeScore, type Score } from "../../../encoding/index.ts";
import { score, type ScoreOptions } from "../../engine/index.ts";
import type { MusicModel } from "../../music/index.ts";

/** Negative log-likelihood of one piece. */
export interface PieceScore {
  /** Sum of −ln p over the ids, in nats. */
  readonly nats: number;
  readonly ids: number;
  readonly notes: number;
  readonly seconds: number;
}

export interface ScoreSummary {
  readonly nllPerId: number;
  readonly nllPerNote: number;
  readonly nllPerSecond: number;
  readonly perplexity: number;
  readonly ids: number;
}

/**
 * Scores one piece after START, without leading silence, percussion and END.
 *
 * @throws EncodingError when the score cannot be encoded.
 */
export async function scorePiece(
  model: MusicModel,
  piece: Score,
  options: ScoreOptions = {},
): Promise<PieceScore> {
  const { vocabulary, decoder } = model;
  const { ids, notes } = encodeScore(piece, vocabulary, { trimLeadingSilence: true });
  const logProbabilities = await score(decoder, [vocabulary.id("START"), ...ids], options);
  return {
    nats: -logProbabilities.reduce((sum, value) => sum + value, 0),
    ids: ids.length,
    notes: notes.length,
    seconds: notes.reduce((latest, note) => Math.max(latest, note.endSeconds), 0),
  };
}

/** Summarizes pieces: sums divided by sums, so that all ids have the same weight. */
export function summarize(pieces: readonly PieceScore[]): ScoreSummary {
  const sum = (key: keyof PieceScore): number => pieces.reduce((total, piece) => total + piece[key], 0);
  const nats = sum("nats");
  const nllPerId = nats / sum("ids");
  return {
    nllPerId,
    nllPerNote: nats / sum("notes"),
    nllPerSecond: nats / sum("seconds"),
    perplexity: Math.exp(nllPerId),
    ids: sum("ids"),
  };
}
