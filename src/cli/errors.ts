/** A command that was used rightly and could not be done: exit code 1. */
export class CommandError extends Error {
  override readonly name: string = "CommandError";
  readonly hint: string | undefined;

  constructor(message: string, hint?: string) {
    super(message);
    this.hint = hint;
  }
}

/** Wrong usage of the command line: exit code 2. */
export class UsageError extends CommandError {
  override readonly name = "UsageError";
}
