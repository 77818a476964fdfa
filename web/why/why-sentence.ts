/** An explanation in a sentence: how sure the model was, and which note it listened to most. */
import type { PieceNote } from "../music/note.ts";
import type { Arc } from "../roll/arcs.ts";
import { percentOf } from "./candidates.ts";
import type { Spelling } from "./spelling.ts";

/** "a second before" and the like. */
export function timeBefore(seconds: number): string {
  if (seconds < 0.02) return "at the same time";
  if (seconds < 0.3) return "just before";
  if (seconds < 0.75) return "half a second before";
  if (seconds < 1.5) return "a second before";
  return `${Math.round(seconds)} seconds before`;
}

/** The pitch and the time of the note with the most attention of all heads. */
function mostHeard(arcs: readonly Arc[]): Pick<Arc, "toPitch" | "toSeconds"> | undefined {
  const weights = new Map<string, { readonly arc: Arc; weight: number }>();
  for (const arc of arcs) {
    const key = `${arc.toPitch} ${arc.toSeconds}`;
    const entry = weights.get(key) ?? { arc, weight: 0 };
    entry.weight += arc.weight;
    weights.set(key, entry);
  }
  return [...weights.values()].reduce<{ arc: Arc; weight: number } | undefined>(
    (most, entry) => (most && most.weight >= entry.weight ? most : entry),
    undefined,
  )?.arc;
}

/**
 * "D♯2 again: 95 % sure. It listened most to the D♯2 a second before."
 *
 * @param words of the explained event; undefined for the note itself.
 * @param arcs the attention of all heads.
 */
export function whySentence(
  note: PieceNote,
  words: string | undefined,
  probability: number,
  arcs: readonly Arc[],
  spelling: Spelling,
): string {
  const heard = mostHeard(arcs);
  const isAgain = words === undefined && heard?.toPitch === note.pitch;
  const what = words ?? `${spelling(note.pitch)}${isAgain ? " again" : ""}`;
  const sure = percentOf(probability);
  const first =
    note.origin === "primer"
      ? `${what} is yours: the model would have been ${sure} sure of it.`
      : `${what}: ${sure} sure.`;
  if (!heard) return first;
  const before = timeBefore(note.startSeconds - heard.toSeconds);
  return `${first} It listened most to the ${spelling(heard.toPitch)} ${before}.`;
}
