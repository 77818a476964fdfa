/** A piece as a score: what was opened stays as it is in its file, and what the model wrote has tracks of its own. */
import {
  addParts,
  arrivalSteps,
  assembleScore,
  DRUMS,
  type NewPart,
  type Note,
  quantize,
  replaceWithParts,
  type Score,
  scoreFromNotes,
  type ScoreNote,
  STEPS_PER_SECOND,
  writeMidi,
} from "../../encoding/index.ts";
import { finishScore } from "../../src/music/index.ts";
import { BandPiece } from "../music/band-piece.ts";
import { bandScore, type Music } from "../music/music.ts";
import type { PieceNote } from "../music/note.ts";
import type { OpenedFile } from "../music/opened-file.ts";
import type { Piece } from "../music/piece.ts";

/** The bytes of a `.mid` file; those of the opened file where nothing has changed. */
export function midiOf(piece: Music, file: OpenedFile | undefined): Uint8Array<ArrayBuffer> {
  if (file && !file.isDamaged && isUnchanged(piece, file)) return file.bytes;
  return writeMidi(scoreOf(piece, file));
}

/** @throws ArrivalError for more than 15 instruments besides drums; ChannelError when no channel is free for a new part. */
export function scoreOf(piece: Music, file: OpenedFile | undefined): Score {
  if (file) {
    const isContinuation = !(piece instanceof BandPiece) && isContinued(piece, file);
    return isContinuation ? continuedScore(piece, file) : changedScore(piece, file);
  }
  if (piece instanceof BandPiece) return bandScore(piece);
  const [first, ...others] = partsOf(piece);
  return first ? addParts(scoreFromNotes(first.notes, first.name), others) : scoreFromNotes([]);
}

/** The time in the score at which the piece begins, in seconds. */
export function startOf(piece: Music, file: OpenedFile | undefined): number {
  if (!file) return 0;
  return piece instanceof BandPiece ? (givenNotes(file)[0]?.startSeconds ?? 0) : file.primer.trimmedSeconds;
}

/** Whether the piece begins as the file does, and nothing of the file follows. */
function isContinued(piece: Piece, { primer }: OpenedFile): boolean {
  const given = piece.ids.slice(0, piece.primerLength);
  return piece.hasOnlyPrimer && given.every((id, index) => id === primer.ids[index]);
}

function isUnchanged(piece: Music, file: OpenedFile): boolean {
  if (!piece.notes.every(isPrimer)) return false;
  if (piece instanceof BandPiece) return piece.notes.length === givenNotes(file).length;
  return isContinued(piece, file) && piece.primerLength === file.primer.ids.length;
}

/** As `ostinato generate` writes it. */
function continuedScore(piece: Piece, { score, primer }: OpenedFile): Score {
  const isWhole = piece.primerLength === primer.ids.length;
  const onsets = piece.notes.filter(isPrimer).length;
  const notes = piece.notes
    .map((note, onset) => ({ ...finished(piece, note), onset }))
    .map((note) => ({
      ...note,
      startStep: quantize(note.startSeconds),
      endStep: quantize(note.endSeconds),
    }))
    .filter(({ startStep, endStep }) => endStep > startStep);
  const start = { onsets, step: Math.round(piece.primerSeconds * STEPS_PER_SECOND) };
  const performance = { seed: 0, events: 0, notes, start };
  const continued = finishScore({ ...primer, isWhole }, performance, { primer: score, seconds: 0 }).score;
  if (piece.notes.length > onsets) return continued;
  return assembleScore(continued.division, continued.tracks.slice(0, -1), continued.warnings);
}

/** The file without the notes that the piece lacks, and with those that it has in addition. */
function changedScore(piece: Music, file: OpenedFile): Score {
  const start = startOf(piece, file);
  const missing = new Map<string, ScoreNote[]>();
  for (const note of piece instanceof BandPiece ? givenNotes(file) : file.primer.notes) {
    // Those of a piano's primer begin at 0 already.
    const step =
      piece instanceof BandPiece
        ? arrivalSteps(note.startSeconds) - arrivalSteps(start)
        : quantize(note.startSeconds);
    const key = keyOf(step, note);
    missing.set(key, [...(missing.get(key) ?? []), note]);
  }
  const isOfFile = (note: PieceNote): boolean =>
    isPrimer(note) && missing.get(keyOf(quantize(note.startSeconds), note))?.shift() !== undefined;
  const ofFile = new Set(piece.notes.filter(isOfFile));
  const parts = partsOf(piece, (note) => !ofFile.has(note)).map(({ notes, ...part }) => ({
    ...part,
    notes: notes.map((note) => ({
      ...note,
      startSeconds: note.startSeconds + start,
      endSeconds: note.endSeconds + start,
    })),
  }));
  return replaceWithParts(file.score, [...missing.values()].flat(), parts);
}

/** The notes of the chosen tracks, percussion too. */
function givenNotes({ score, tracks }: OpenedFile): ScoreNote[] {
  return score.notes.filter(({ track }) => tracks.includes(track));
}

/** The notes by who wrote them, and by instrument; parts without notes are omitted. */
function partsOf(piece: Music, isIncluded: (note: PieceNote) => boolean = () => true): NewPart[] {
  const { primerSeconds, primerLength } = piece;
  const nameOf = ({ origin, startSeconds }: PieceNote): string => {
    if (origin === "primer") return "Played";
    if (origin === "infilled") return "Infill";
    if (primerLength === 0) return "Piano";
    return startSeconds < primerSeconds ? "Accompaniment" : "Continuation";
  };
  const instruments = piece instanceof BandPiece ? piece.instruments : [0];
  return ["Played", "Piano", "Accompaniment", "Continuation", "Infill"].flatMap((name) =>
    instruments.flatMap((instrument, place) => {
      const notes = piece.notes
        .filter((note) => nameOf(note) === name && (note.part ?? 0) === place && isIncluded(note))
        .map((note) => finished(piece, note))
        .filter(({ startSeconds, endSeconds }) => endSeconds > startSeconds);
      const isPercussion = instrument === DRUMS;
      return notes.length > 0 ? [{ name, notes, isPercussion, program: isPercussion ? 0 : instrument }] : [];
    }),
  );
}

function isPrimer({ origin }: PieceNote): boolean {
  return origin === "primer";
}

function keyOf(step: number, { pitch }: Pick<Note, "pitch">): string {
  return `${step}:${pitch}`;
}

/** A note that still sounds ends with the piece. */
function finished(
  piece: Music,
  { pitch, velocity, startSeconds, endSeconds = piece.seconds }: PieceNote,
): Note {
  return { pitch, velocity, startSeconds, endSeconds };
}
