/** Exports of this folder for other folders. */
export { type PieceScore, scorePiece, summarize } from "./evaluate.ts";
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
