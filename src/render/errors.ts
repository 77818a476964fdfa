/** Thrown when music cannot be rendered; the message says what was found, `hint` what to do. */
export class RenderError extends Error {
  override readonly name = "RenderError";
  readonly hint: string;

  constructor(message: string, hint: string) {
    super(message);
    this.hint = hint;
  }
}
