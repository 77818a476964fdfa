/** The door of this room: all that other rooms import from it. */
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
