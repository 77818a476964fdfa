/** What kind of fault a checkpoint or its config has; `CheckpointError.code` is one of these. */
export type CheckpointErrorCode =
  | "missing-file"
  | "download-failed"
  | "bad-config"
  | "unsupported"
  | "bad-safetensors"
  | "bad-checksum"
  | "missing-tensor"
  | "unknown-tensor"
  | "bad-shape"
  | "bad-value"
  | "out-of-memory";

export interface CheckpointErrorDetails {
  readonly code: CheckpointErrorCode;
  /** What the user can do about it. */
  readonly hint: string;
  readonly cause?: unknown;
}

/**
 * Thrown for every fault of a checkpoint: its files, its config.json, its tensors. The message names the file, key or
 * tensor and the value found; `hint` says what to do.
 */
export class CheckpointError extends Error {
  override readonly name = "CheckpointError";
  readonly code: CheckpointErrorCode;
  readonly hint: string;

  constructor(found: string, details: CheckpointErrorDetails) {
    super(found, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = details.code;
    this.hint = details.hint;
  }
}
