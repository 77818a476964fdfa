/** What kind of fault the engine met; `EngineError.code` is one of these. */
export type EngineErrorCode =
  | "no-ids"
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

export interface EngineErrorDetails {
  readonly code: EngineErrorCode;
  /** What the caller can do about it. */
  readonly hint: string;
  readonly cause?: unknown;
}

/** Thrown when a model cannot be loaded or run as asked. The message says what was found; `hint` what to do. */
export class EngineError extends Error {
  override readonly name = "EngineError";
  readonly code: EngineErrorCode;
  readonly hint: string;

  constructor(found: string, details: EngineErrorDetails) {
    super(found, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = details.code;
    this.hint = details.hint;
  }
}
