/** What kind of fault a checkpoint or its config has; `CheckpointError.code` is one of these. */
export type CheckpointErrorCode =
  | "missing-file"
  | "download-failed"
  | "bad-config"
  | "unsupported"
  | "bad-safetensors"
  | "bad-pytorch"
  | "bad-checksum"
  | "missing-tensor"
  | "unknown-tensor"
  | "bad-shape"
  | "bad-value"
  | "out-of-memory";

/** What an error tells besides its message. */
export interface HintedErrorDetails<Code extends string> {
  /** The kind of fault, for programs. */
  readonly code: Code;
  /** What the user can do about it. */
  readonly hint: string;
  readonly cause?: unknown;
}

/** An error whose message says what is wrong, whose `code` says of which kind, and whose `hint` says what to do. */
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
 * Thrown for every fault of a checkpoint: its files, its config.json, its tensors. The message names the file, key or
 * tensor and the value found; `hint` says what to do.
 */
export class CheckpointError extends HintedError<CheckpointErrorCode> {
  override readonly name = "CheckpointError";
}
