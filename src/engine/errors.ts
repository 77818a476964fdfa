import { HintedError } from "../errors.ts";

/** What kind of fault the engine met; `EngineError.code` is one of these. */
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
  | "bad-backend"
  | "bad-threads"
  | "session-failed"
  | "run-failed"
  | "out-of-memory";

/** Thrown when a model cannot be loaded or run as asked. The message says what was found; `hint` what to do. */
export class EngineError extends HintedError<EngineErrorCode> {
  override readonly name = "EngineError";
}
