/** The values of the notes of several instruments, numbered as ids are: three for each event. */
import { type ArrivalNote, instrumentName } from "../../encoding/index.ts";
import type { ArrivalPlace } from "../../src/platform/browser/worker/index.ts";
import type { BandPiece } from "../music/band-piece.ts";
import type { PieceNote } from "../music/note.ts";
import { clock } from "../words.ts";
import { spellingOfMusic } from "./spelling.ts";

const SLOTS = ["onset", "duration", "note"] as const;

/** The index of the pitch and instrument of a note. */
export function pitchIndex({ index }: PieceNote): number {
  return SLOTS.length * index + SLOTS.indexOf("note");
}

/** The index of the event of a value. */
export function eventIndex(index: number): number {
  return Math.floor(index / SLOTS.length);
}

/** The value with the events before it. @throws RangeError for a value of a rest. */
export function placeOf(piece: BandPiece, index: number): ArrivalPlace {
  const at = eventIndex(index);
  const slot = SLOTS[index % SLOTS.length] ?? "note";
  return { prompt: piece.events.slice(0, at), note: noteEvent(piece, at), slot };
}

/** The value before or after another one, or the same one if there is none; rests are passed over. */
export function neighborIndex(piece: BandPiece, index: number, by: number): number {
  let next = index + by;
  while (next >= 0 && eventIndex(next) < piece.length && !piece.noteAt(eventIndex(next))) next += by;
  return piece.noteAt(eventIndex(next)) ? next : index;
}

/** The title of a value: "Why C2 on Acoustic Bass at 0:12". @param words the value in words; undefined until they are known. */
export function bandTitle(piece: BandPiece, index: number, words: string | undefined): string {
  const { pitch, instrument, onsetStep } = noteEvent(piece, eventIndex(index));
  const note = `${spellingOfMusic(piece)(pitch)} on ${instrumentName(instrument)} at ${clock(onsetStep / 100)}`;
  const isPitch = SLOTS[index % SLOTS.length] === "note";
  return isPitch || words === undefined ? `Why ${note}` : `Why ${words}: ${note}`;
}

/** The name of a branch with another value: "C2 on Acoustic Bass → E2 on Acoustic Bass at 0:12". */
export function bandBranchWords(piece: BandPiece, index: number, from: string, to: string): string {
  return `${from} → ${to} at ${clock(noteEvent(piece, eventIndex(index)).onsetStep / 100)}`;
}

function noteEvent(piece: BandPiece, index: number): ArrivalNote {
  const event = piece.events[index];
  if (event?.kind !== "note") throw new RangeError(`event ${index} is no note`);
  return event;
}
