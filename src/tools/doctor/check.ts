/** Result of a check: fine, worth a note, or broken. */
export type CheckState = "good" | "note" | "fault";

export interface Check {
  readonly area: "machine" | "engine" | "models" | "caches" | "environment";
  /** What was checked. */
  readonly name: string;
  readonly state: CheckState;
  /** What was found. */
  readonly found: string;
  /** What to do about it; with every fault. */
  readonly hint?: string;
}

/** What an error says, on one line. */
export function reasonOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.split("\n")[0] ?? "";
}
