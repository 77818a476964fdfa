/** An error whose message says what was found, and whose `hint` says what to do. */
export class HintedError extends Error {
  readonly hint: string;

  constructor(found: string, hint: string) {
    super(found);
    this.hint = hint;
  }
}
