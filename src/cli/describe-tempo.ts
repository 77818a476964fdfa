/** Describes the tempo of a score. */
import { pluralize } from "../../encoding/pluralize.ts";
import { type Score, tempoChanges } from "../../encoding/index.ts";

/** Quarters per minute before the first tempo event. */
const DEFAULT_RATE = 120;

/** The slowest and the fastest tempo in order of time, and the number of tempo events. */
export function describeTempo({ division, tracks }: Pick<Score, "division" | "tracks">): string {
  if (division.kind === "smpte") return "none: time is counted in frames";
  const changes = tempoChanges(tracks);
  const events = pluralize(changes.length, "tempo event");
  const [first] = changes;
  if (first === undefined) return "120 quarters a minute (the default)";
  const beginsByDefault = first.tick > 0;
  const rates = changes.map((change) => 6e7 / change.microsecondsPerQuarter);
  if (beginsByDefault) rates.unshift(DEFAULT_RATE);
  const slowest = rates.reduce((a, b) => Math.min(a, b));
  const fastest = rates.reduce((a, b) => Math.max(a, b));
  const ends = [slowest, fastest].sort((a, b) => rates.indexOf(a) - rates.indexOf(b));
  const range = [...new Set(ends.map((rate) => rate.toFixed(1)))].join(" to ");
  const start = beginsByDefault
    ? `, the default 120 before ${changes.length === 1 ? "it" : "the first"}`
    : "";
  return `${range} quarters a minute, ${events}${start}`;
}
