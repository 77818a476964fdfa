/** Errors in the words of a musician; the cause has the technical details. */

export class PlainError extends Error {
  override readonly name = "PlainError";
  /** What to do. */
  readonly hint: string;

  /** @param cause its message becomes the details. */
  constructor(message: string, hint: string, cause?: unknown) {
    super(message, { cause });
    this.hint = hint;
  }
}
