/** The fields of every error of `encoding` besides its message. */
export interface HintedErrorDetails<Code extends string> {
  /** The kind of error, for programs. */
  readonly code: Code;
  /** What the user can do about it. */
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
