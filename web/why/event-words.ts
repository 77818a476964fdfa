/** Events in the words of someone who plays, not of the encoding. */
import { pitchName, STEPS_PER_SECOND, type Vocabulary, type VocabularyEvent } from "../../encoding/index.ts";

/**
 * What an event does, in a few words: "E5", "0.31 s later", "louder", "E5 ends".
 *
 * @param velocityBin the loudness in force before it; undefined before the first.
 */
export function eventWords(
  { kind, value }: VocabularyEvent,
  velocityBin: number | undefined,
  vocabulary: Vocabulary,
): string {
  if (kind === "NOTE_ON") return pitchName(value);
  if (kind === "NOTE_OFF") return `${pitchName(value)} ends`;
  if (kind === "TIME_SHIFT") return `${(value / STEPS_PER_SECOND).toFixed(2)} s later`;
  if (kind === "VELOCITY") return loudnessWords(value, velocityBin, vocabulary);
  return kind.toLowerCase();
}

function loudnessWords(bin: number, before: number | undefined, vocabulary: Vocabulary): string {
  const mark = dynamics(vocabulary.velocityOfBin(bin));
  if (before === undefined) return mark;
  const step = bin - before;
  const amount = Math.abs(step) >= 6 ? "much " : Math.abs(step) <= 2 ? "a little " : "";
  return `${amount}${step > 0 ? "louder" : "softer"} (${mark})`;
}

const MARKS = ["ppp", "pp", "p", "mp", "mf", "f", "ff", "fff"];

/** A velocity as a dynamic mark, each an eighth of the range. */
export function dynamics(velocity: number): string {
  return MARKS[Math.min(MARKS.length - 1, Math.floor(velocity / 16))] ?? "";
}
