/** Music of either kind of model: performance events of a piano, or notes of several instruments. */
import {
  type ArrivalNote,
  arrivalNotes,
  arrivalScore,
  arrivalSteps,
  DRUMS,
  PERFORMANCE_416,
  type Score,
  type ScoreNote,
} from "../../encoding/index.ts";
import type { WorkerBandModel } from "../../src/platform/browser/worker/index.ts";
import { BandPiece } from "./band-piece.ts";
import type { Origin } from "./note.ts";
import { type OwnedNote, pieceOfNotes } from "./piece-edits.ts";
import { Piece } from "./piece.ts";

export type Music = Piece | BandPiece;

/** The part of a model that plays several instruments. */
export type Band = Pick<WorkerBandModel, "events">;

export function isBand<M extends object>(model: M | undefined): model is Extract<M, Band> {
  return model !== undefined && "events" in model;
}

export function emptyMusic(model: object | undefined): Music {
  return isBand(model) ? new BandPiece() : new Piece(PERFORMANCE_416);
}

/** The music as the model reads it: itself, or a copy of the other kind. A piano plays all instruments but drums. */
export function suited(music: Music, model: object | undefined): Music {
  if (model === undefined || isBand(model) === music instanceof BandPiece) return music;
  return music instanceof BandPiece ? pianoPiece(music) : bandPiece(music);
}

/** The notes of a file, from the first one on. */
function bandPieceOfNotes(source: readonly ScoreNote[]): BandPiece {
  const notes = arrivalNotes({ notes: source });
  const first = notes[0]?.onsetStep ?? 0;
  const moved = notes.map((note) => ({ ...note, onsetStep: note.onsetStep - first }));
  return bandPieceOf(moved.map((note) => [note, "primer"]));
}

/** @param notes in any order. */
export function bandPieceOf(notes: readonly (readonly [ArrivalNote, Origin])[]): BandPiece {
  const piece = new BandPiece();
  for (const [note, origin] of notes.toSorted(([a], [b]) => a.onsetStep - b.onsetStep))
    piece.push(note, origin);
  return piece;
}

function bandPiece(piece: Piece): BandPiece {
  // A file that nothing has been added to has kept its instruments.
  if (piece.source && piece.primerLength === piece.length) return bandPieceOfNotes(piece.source);
  const band = bandPieceOf(
    piece.notes.map(({ pitch, velocity, startSeconds, endSeconds = piece.seconds, origin }) => {
      const onsetStep = arrivalSteps(startSeconds);
      const durationSteps = arrivalSteps(endSeconds - startSeconds);
      const note = { onsetStep, durationSteps, pitch, velocity, instrument: 0, isControl: false } as const;
      return [{ kind: "note", ...note }, origin];
    }),
  );
  if (piece.isClosed) band.close(piece.seconds);
  return band;
}

function pianoPiece(band: BandPiece): Piece {
  const last = new Map<number, OwnedNote>();
  const notes: OwnedNote[] = [];
  for (const { pitch, velocity, startSeconds, endSeconds, origin, part = 0 } of band.notes) {
    if (band.instruments[part] === DRUMS) continue;
    const before = last.get(pitch);
    if (before?.startSeconds === startSeconds) continue;
    // One key for all instruments: a note ends at the next one of its pitch.
    if (before) before.endSeconds = Math.min(before.endSeconds ?? startSeconds, startSeconds);
    const note = { pitch, velocity, startSeconds, endSeconds, origin };
    last.set(pitch, note);
    notes.push(note);
  }
  const piece = pieceOfNotes(notes, band.seconds, PERFORMANCE_416);
  if (band.isClosed) piece.close(band.seconds);
  return piece;
}

/**
 * A score with a track for each instrument, drums on channel 10.
 *
 * @throws ArrivalError for more than 15 instruments besides drums.
 */
export function bandScore(piece: BandPiece): Score {
  return arrivalScore(
    piece.finished().map(({ pitch, velocity, startSeconds, endSeconds, instrument }): ArrivalNote => {
      const onsetStep = arrivalSteps(startSeconds);
      const durationSteps = arrivalSteps(endSeconds - startSeconds);
      return { kind: "note", onsetStep, durationSteps, pitch, velocity, instrument, isControl: false };
    }),
  );
}
