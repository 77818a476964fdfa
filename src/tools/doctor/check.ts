/** Result of a check: no problem, a note, or a fault. */
export type CheckState = "good" | "note" | "fault";

export interface Check {
  readonly area: "machine" | "engine" | "models" | "caches" | "environment";
  /** What was checked. */
  readonly name: string;
  readonly state: CheckState;
  /** What was found. */
  readonly found: string;
  /** What to do; required for a fault. */
  readonly hint?: string;
}

/** The first line of an error's message. */
export function reasonOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.split("\n")[0] ?? "";
}
