/** Events as readable text. */
import { pitchName } from "../pitch-name.ts";
import { STEPS_PER_SECOND } from "./performance.ts";
import type { Vocabulary, VocabularyEvent } from "./vocabulary.ts";

/** One event, such as `NOTE_ON 60 C4`, `TIME_SHIFT 0.52 s` or `VELOCITY 25 97–100`. */
export function eventText({ kind, value }: VocabularyEvent, vocabulary: Vocabulary): string {
  if (kind === "NOTE_ON" || kind === "NOTE_OFF") return `${kind} ${value} ${pitchName(value)}`;
  if (kind === "TIME_SHIFT") return `${kind} ${(value / STEPS_PER_SECOND).toFixed(2)} s`;
  if (kind === "VELOCITY") {
    const softest = vocabulary.velocityOfBin(value);
    const loudest = Math.min(127, vocabulary.velocityOfBin(value + 1) - 1);
    return `${kind} ${value} ${softest}–${loudest}`;
  }
  return (vocabulary.range(kind)?.count ?? 1) > 1 ? `${kind} ${value}` : kind;
}
