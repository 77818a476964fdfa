/** What every error of `encoding` has besides its message. */
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
