/** Applies an accompaniment or an infilled region to a piece. */
import {
  encodePerformance,
  type Note,
  quantize,
  type Score,
  scoreFromNotes,
  STEPS_PER_SECOND,
  type Vocabulary,
} from "../../src/index.ts";
import { PerformanceState, shiftIds } from "../../encoding/index.ts";
import type { Span } from "../sound/sound.ts";
import type { Origin, PieceNote } from "./note.ts";
import { Piece } from "./piece.ts";

/** A note with its origin; the end is undefined until the note ends. */
export type OwnedNote = Pick<PieceNote, "pitch" | "velocity" | "startSeconds" | "endSeconds" | "origin">;

/** The piece as a score, the input of the model. */
export function scoreOf(piece: Piece): Score {
  return scoreFromNotes(piece.finished());
}

/** The primer as a score, the input of the model. */
export function melodyOf(piece: Piece): Score {
  const notes = piece.notes.filter(({ origin }) => origin === "primer");
  return scoreFromNotes(notes.map((note) => ({ ...note, endSeconds: note.endSeconds ?? piece.seconds })));
}

/** The primer merged with the accompaniment. */
export function accompaniedPiece(piece: Piece, melody: Score, written: Score): Piece {
  const given = piece.notes.filter(({ origin }) => origin === "primer");
  const part = untilRepeated(newNotes(melody, written), given).map(
    (note) => ({ ...note, origin: "generated" }) as const,
  );
  const seconds = [...given, ...part].reduce((latest, { endSeconds = 0 }) => Math.max(latest, endSeconds), 0);
  return pieceOfNotes([...given, ...part], seconds, piece.vocabulary);
}

/** The piece with the notes that start in a region replaced by the infilled notes. */
export function infilledPiece(piece: Piece, region: Span, before: Score, written: Score): Piece {
  const [from, to] = [quantize(region.fromSeconds), quantize(region.toSeconds)];
  const isInside = ({ startSeconds }: OwnedNote): boolean => {
    const step = quantize(startSeconds);
    return step >= from && step < to;
  };
  const added = newNotes(before, written).map((note) => ({ ...note, origin: "infilled" }) as const);
  const kept = piece.notes.filter((note) => !isInside(note));
  const result = pieceOfNotes([...kept, ...added], piece.seconds, piece.vocabulary);
  if (piece.isClosed) result.close(piece.seconds);
  return result;
}

/** Ends notes at the next note-on of their pitch in the other part: both parts share one keyboard. */
function untilRepeated(part: readonly Note[], others: readonly OwnedNote[]): Note[] {
  return part.flatMap((note) => {
    const onsets = others
      .filter(({ pitch, startSeconds }) => pitch === note.pitch && startSeconds >= note.startSeconds)
      .map(({ startSeconds }) => startSeconds);
    const endSeconds = Math.min(note.endSeconds, ...onsets);
    return endSeconds > note.startSeconds ? [{ ...note, endSeconds }] : [];
  });
}

/** The notes of the tracks that `after` has in addition to `before`. */
function newNotes(before: Score, after: Score): Note[] {
  return after.notes.filter(({ track }) => track >= before.tracks.length);
}

/**
 * Encodes notes as a piece.
 *
 * @param notes in any order.
 * @param seconds end of the piece; notes without an end sound until then.
 */
export function pieceOfNotes(notes: readonly OwnedNote[], seconds: number, vocabulary: Vocabulary): Piece {
  // The order in which the encoder writes note-ons.
  const sorted = [...notes].sort((a, b) => a.startSeconds - b.startSeconds || a.pitch - b.pitch);
  const later = seconds + LATER_SECONDS;
  const ids = encodePerformance(
    sorted.map(({ pitch, velocity, startSeconds, endSeconds = later }) => ({
      pitch,
      velocity,
      startSeconds,
      endSeconds,
    })),
    vocabulary,
  );
  const origins = originsOf(ids, sorted, vocabulary);
  const piece = new Piece(vocabulary);
  const lastStep = quantize(seconds);
  let step = 0;
  for (const [index, id] of ids.entries()) {
    step += vocabulary.steps(id);
    if (step > lastStep) break;
    piece.push(id, origins[index]);
  }
  const rest = lastStep - Math.round(piece.seconds * STEPS_PER_SECOND);
  for (const id of shiftIds(vocabulary, rest)) piece.push(id, origins[piece.ids.length]);
  return piece;
}

/** Notes that sound at the end of the piece end this much later, for the encoder only. */
const LATER_SECONDS = 100;

/** The origin of each id: that of its note; for a time shift or velocity, that of the next note-on or note-off. */
function originsOf(
  ids: Uint16Array,
  sorted: readonly OwnedNote[],
  vocabulary: Vocabulary,
): readonly (Origin | undefined)[] {
  const state = new PerformanceState(vocabulary);
  const origins = Array.from(ids, (id): Origin | undefined => {
    const note = state.push(id);
    return note && (sorted[note.onset]?.origin ?? "generated");
  });
  let next: Origin = "generated";
  for (let i = origins.length - 1; i >= 0; i -= 1) {
    next = origins[i] ?? next;
    origins[i] = next;
  }
  return origins;
}
