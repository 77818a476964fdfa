/** The likelihood of pieces under a model of several instruments. */
import { arrivalCodec, type ArrivalSlot, type Score } from "../../../encoding/index.ts";
import { score, type ScoreOptions } from "../../engine/index.ts";
import type { BandModel } from "../../music/index.ts";
import { type PieceScore, type ScoreSummary, summarize } from "./evaluate.ts";

const IDS_PER_TRIPLE = 3;

/** Negative log-likelihood of one piece, in total and by position in the triples. */
export interface BandPieceScore extends PieceScore {
  readonly natsBySlot: Readonly<Record<ArrivalSlot, number>>;
}

export interface BandScoreSummary extends ScoreSummary {
  /** Per id of each position; rests count as notes. */
  readonly nllPerSlot: Readonly<Record<ArrivalSlot, number>>;
}

/**
 * Scores one piece without leading silence and without controls, in consecutive windows. Each window is scored separately, without its first
 * id.
 *
 * @throws ArrivalError when the score cannot be encoded.
 */
export async function scoreBandPiece(
  { decoder, vocabulary }: BandModel,
  piece: Score,
  { onProgress, ...options }: ScoreOptions = {},
): Promise<BandPieceScore> {
  const { windows, notes, leftOut } = arrivalCodec(vocabulary).encode(piece, {
    trimLeadingSilence: true,
    windowIds: decoder.config.window,
  });
  /** By position in the triple. */
  const nats = [0, 0, 0];
  let scored = 0;
  for (const { ids } of windows) {
    const before = scored;
    const logProbabilities = await score(decoder, ids, {
      ...options,
      onProgress: (done) => onProgress?.(before + done),
    });
    for (const [index, value] of logProbabilities.entries()) nats[index % IDS_PER_TRIPLE]! -= value;
    scored += logProbabilities.length;
  }
  const [onset = 0, duration = 0, note = 0] = nats;
  const endSeconds = piece.notes.reduce((latest, each) => Math.max(latest, each.endSeconds), 0);
  return {
    nats: onset + duration + note,
    natsBySlot: { onset, duration, note },
    ids: scored,
    notes,
    seconds: endSeconds - leftOut.seconds,
  };
}

/** Summarizes pieces: sums divided by sums, so that all ids have the same weight. */
export function summarizeBand(pieces: readonly BandPieceScore[]): BandScoreSummary {
  const { nllPerId, nllPerNote, nllPerSecond, perplexity, ids } = summarize(pieces);
  const perSlot = (slot: ArrivalSlot): number =>
    pieces.reduce((sum, { natsBySlot }) => sum + natsBySlot[slot], 0) / (ids / IDS_PER_TRIPLE);
  const nllPerSlot = { onset: perSlot("onset"), duration: perSlot("duration"), note: perSlot("note") };
  return { nllPerId, nllPerSlot, nllPerNote, nllPerSecond, perplexity, ids };
}
