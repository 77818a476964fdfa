/** The errors of the toolkit: `encoding` and `models` share no import, so each has a base class of its own. */
export { HintedError, type HintedErrorDetails } from "../models/errors.ts";

/** The common fields of all errors that the toolkit throws on purpose. */
export interface ErrorWithHint extends Error {
  /** The kind of fault, for programs. */
  readonly code: string;
  /** What the user can do about it. */
  readonly hint: string;
}

/**
 * Whether an error is one of the toolkit's, of any class; also after it came from a worker.
 *
 * @example
 * if (isErrorWithHint(error)) console.error(`${error.message} — ${error.hint}`);
 */
export function isErrorWithHint(error: unknown): error is ErrorWithHint {
  return (
    error instanceof Error &&
    "code" in error &&
    typeof error.code === "string" &&
    "hint" in error &&
    typeof error.hint === "string"
  );
}
