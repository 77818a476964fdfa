/** Describes events in musical terms. */
import { pitchName, STEPS_PER_SECOND, type Vocabulary, type VocabularyEvent } from "../../encoding/index.ts";
import type { PieceNote } from "../music/note.ts";
import type { Piece } from "../music/piece.ts";
import { clock } from "../words.ts";

/**
 * Describes an event in a few words: "E5", "0.31 s later", "louder (mf 73)", "E5 ends".
 *
 * @param velocityBin the velocity bin before the event; undefined before the first one.
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
  const velocity = vocabulary.velocityOfBin(bin);
  const mark = `${dynamics(velocity)} ${velocity}`;
  if (before === undefined) return mark;
  const step = bin - before;
  const amount = Math.abs(step) >= 6 ? "much " : Math.abs(step) <= 2 ? "a little " : "";
  return `${amount}${step > 0 ? "louder" : "softer"} (${mark})`;
}

const MARKS = ["ppp", "pp", "p", "mp", "mf", "f", "ff", "fff"];

/** A velocity as a dynamic mark; each covers an eighth of the range. */
export function dynamics(velocity: number): string {
  return MARKS[Math.min(MARKS.length - 1, Math.floor(velocity / 16))] ?? "";
}

/** Describes a note: "E5 at 0:12". */
export function noteWords(note: PieceNote): string {
  return `${pitchName(note.pitch)} at ${clock(note.startSeconds)}`;
}

/** Describes a branch: "E5 → C6 at 0:12". */
export function branchWords(piece: Piece, index: number, id: number): string {
  const bin = piece.velocityBinBefore(index);
  const words = (of: number | undefined): string =>
    of === undefined ? "end" : eventWords(piece.vocabulary.event(of), bin, piece.vocabulary);
  return `${words(piece.ids[index])} → ${words(id)} at ${clock(piece.secondsAt(index - 1))}`;
}
