import { HintedError } from "../errors.ts";

/** A correct command that failed: exit code 1. */
export class CommandError extends HintedError<"failed" | "usage"> {
  override readonly name: string = "CommandError";

  constructor(found: string, hint: string, code: "failed" | "usage" = "failed") {
    super(found, { code, hint });
  }
}

/** A MIDI file with damage around which a lenient reading continues. */
export class DamagedFileError extends CommandError {
  override readonly name = "DamagedFileError";
}

/** Incorrect usage of the command line: exit code 2. */
export class UsageError extends CommandError {
  override readonly name = "UsageError";

  constructor(found: string, hint: string) {
    super(found, hint, "usage");
  }
}
