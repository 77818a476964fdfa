/** Describes events in musical terms. */
import {
  type EventKind,
  STEPS_PER_SECOND,
  type Vocabulary,
  type VocabularyEvent,
} from "../../encoding/index.ts";
import type { PieceNote } from "../music/note.ts";
import type { Piece } from "../music/piece.ts";
import { clock } from "../words.ts";
import { type Spelling, spellingOf, WITH_SHARPS } from "./spelling.ts";

/**
 * Describes an event in a few words: "E5", "0.31 s later", "louder (mf)", "release E5".
 *
 * @param velocityBin the velocity bin before the event; undefined before the first one.
 */
export function eventWords(
  { kind, value }: VocabularyEvent,
  velocityBin: number | undefined,
  vocabulary: Vocabulary,
  spelling: Spelling = WITH_SHARPS,
): string {
  if (kind === "NOTE_ON") return spelling(value);
  if (kind === "NOTE_OFF") return `release ${spelling(value)}`;
  if (kind === "TIME_SHIFT") return `${(value / STEPS_PER_SECOND).toFixed(2)} s later`;
  if (kind === "VELOCITY") return loudnessWords(value, velocityBin, vocabulary);
  return kind === "TASK" || kind === "STYLE" ? "a control token" : kind.toLowerCase();
}

function loudnessWords(bin: number, before: number | undefined, vocabulary: Vocabulary): string {
  const mark = dynamics(vocabulary.velocityOfBin(bin));
  if (before === undefined) return mark;
  const step = bin - before;
  const amount = Math.abs(step) >= 6 ? "much " : Math.abs(step) <= 2 ? "slightly " : "";
  return `${amount}${step > 0 ? "louder" : "softer"} (${mark})`;
}

const MARKS = ["ppp", "pp", "p", "mp", "mf", "f", "ff", "fff"];

/** A velocity as a dynamic mark; each covers an eighth of the range. */
export function dynamics(velocity: number): string {
  return MARKS[Math.min(MARKS.length - 1, Math.floor(velocity / 16))] ?? "";
}

/** Describes a note: "E5 at 0:12". */
export function noteWords(note: PieceNote, spelling: Spelling): string {
  return `${spelling(note.pitch)} at ${clock(note.startSeconds)}`;
}

/** Describes a branch: "E5 → C6 at 0:12". */
export function branchWords(piece: Piece, index: number, id: number): string {
  const bin = piece.velocityBinBefore(index);
  const spelling = spellingOf(piece.notes);
  const words = (of: number | undefined): string =>
    of === undefined ? "end" : eventWords(piece.vocabulary.event(of), bin, piece.vocabulary, spelling);
  return `${words(piece.ids[index])} → ${words(id)} at ${clock(piece.secondsAt(index - 1))}`;
}

/** The kinds of candidates, as the panel names them. */
const KINDS: Readonly<Partial<Record<EventKind, string>>> = {
  NOTE_ON: "which note",
  TIME_SHIFT: "when",
  VELOCITY: "how loud",
  NOTE_OFF: "how long",
};

/** What an event decides: "which note", "when". */
export function kindWords({ kind }: Pick<VocabularyEvent, "kind">): string {
  return KINDS[kind] ?? "";
}
