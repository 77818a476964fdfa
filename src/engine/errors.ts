import { HintedError } from "../errors.ts";

/** The kinds of `EngineError`: its `code`. */
export type EngineErrorCode =
  | "no-ids"
  | "no-allowed-id"
  | "bad-id"
  | "context-full"
  | "bad-attention"
  | "bad-cache"
  | "bad-position"
  | "busy"
  | "disposed"
  | "no-weights"
  | "bad-backend"
  | "bad-threads"
  | "session-failed"
  | "run-failed"
  | "out-of-memory";

/** Thrown when a model cannot be loaded or run. The message says what is wrong, `hint` what to do. */
export class EngineError extends HintedError<EngineErrorCode> {
  override readonly name = "EngineError";
}
