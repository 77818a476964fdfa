/** Exports of this folder for other folders. */
export {
  type BandPieceScore,
  type BandScoreSummary,
  scoreBandPiece,
  summarizeBand,
} from "./evaluate-band.ts";
export { type PieceScore, scorePiece, type ScoreSummary, summarize } from "./evaluate.ts";
export {
  accompanyCases,
  type CaseScore,
  CONTEXTS,
  type EvaluatedTask,
  infillCases,
  nllByContext,
  scoreCase,
  type TaskCase,
} from "./tasks.ts";
