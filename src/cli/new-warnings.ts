import type { Score } from "../../encoding/index.ts";
import type { Console } from "./console.ts";

/** Reports the warnings of a written score, except those of the score that was read. */
export function sayNewWarnings(console: Console, out: string, written: Score, read?: Score): void {
  for (const warning of written.warnings) {
    if (!read?.warnings.includes(warning)) console.say(`${out}: ${warning}`);
  }
}
