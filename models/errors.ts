/** The kinds of `CheckpointError`: its `code`. */
export type CheckpointErrorCode =
  | "missing-file"
  | "unreadable-file"
  | "lfs-pointer"
  | "download-failed"
  | "unknown-model"
  | "unknown-revision"
  | "access-denied"
  | "bad-config"
  | "unknown-codec"
  | "unsupported"
  | "bad-safetensors"
  | "bad-pytorch"
  | "bad-checksum"
  | "missing-tensor"
  | "unknown-tensor"
  | "bad-shape"
  | "bad-value"
  | "out-of-memory";

/** The fields of an error besides its message. */
export interface HintedErrorDetails<Code extends string> {
  /** The kind of error, for programs. */
  readonly code: Code;
  /** What to do about it. */
  readonly hint: string;
  readonly cause?: unknown;
}

/** An error with a message that says what is wrong, a `code` for its kind, and a `hint` that says what to do. */
export abstract class HintedError<Code extends string = string> extends Error {
  readonly code: Code;
  readonly hint: string;

  constructor(found: string, { code, hint, cause }: HintedErrorDetails<Code>) {
    super(found, cause === undefined ? undefined : { cause });
    this.code = code;
    this.hint = hint;
  }
}

/**
 * Thrown for a checkpoint that cannot be read: its files, its config.json or its tensors. The message names the file, key or
 * tensor and the value found.
 */
export class CheckpointError extends HintedError<CheckpointErrorCode> {
  override readonly name = "CheckpointError";
}
