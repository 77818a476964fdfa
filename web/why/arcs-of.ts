/** Converts attention over ids to arcs between notes. */
import type { LayerAttention } from "../../src/index.ts";
import type { PieceNote } from "../music/note.ts";
import type { Piece } from "../music/piece.ts";
import type { BandPiece } from "../music/band-piece.ts";
import type { Arc } from "../roll/arcs.ts";

export interface NoteAttention {
  readonly arcs: readonly Arc[];
  /** Fraction of all attention on time shifts, velocities and the start token. */
  readonly elsewhere: number;
  /** Fraction of all attention on the attention sinks, when older ids have been evicted after them. */
  readonly beginning: number;
}

/** Maximum number of arcs per head. */
const ARCS = 24;
/** Minimum weight of an arc. */
const LEAST = 0.012;

/** The note that the id at a position of the attention belongs to, and whether the id ends it. */
export type NoteOfId = (index: number) => { readonly note: PieceNote; readonly isEnd: boolean } | undefined;

/**
 * @param noteOf of the explained ids.
 * @param note the explained note: arcs start at its beginning.
 * @param heads number of heads of the model, for the colors.
 */
export function arcsOf(
  noteOf: NoteOfId,
  note: PieceNote,
  attention: LayerAttention,
  heads: number,
): NoteAttention {
  const seen = attention.weights.length / attention.heads.length;
  const arcs: Arc[] = [];
  let elsewhere = 0;
  let seenWeight = 0;
  for (const [row, head] of attention.heads.entries()) {
    const weights = new Map<PieceNote, { weight: number; atEnd: number }>();
    for (let i = 0; i < seen; i += 1) {
      const weight = attention.weights[row * seen + i]!;
      seenWeight += weight;
      const target = noteOf(attention.from + i);
      if (!target) {
        elsewhere += weight;
        continue;
      }
      const entry = weights.get(target.note) ?? { weight: 0, atEnd: 0 };
      entry.weight += weight;
      if (target.isEnd) entry.atEnd += weight;
      weights.set(target.note, entry);
    }
    const heaviest = [...weights].sort(([, a], [, b]) => b.weight - a.weight).slice(0, ARCS);
    for (const [target, { weight, atEnd }] of heaviest) {
      if (weight < LEAST) break;
      const isEnd = atEnd > weight / 2 && target.endSeconds !== undefined;
      arcs.push({
        fromSeconds: note.startSeconds,
        fromPitch: note.pitch,
        toSeconds: isEnd ? (target.endSeconds ?? 0) : target.startSeconds,
        toPitch: target.pitch,
        head,
        heads,
        weight,
      });
    }
  }
  const total = attention.heads.length; // each head's weights sum to 1
  return { arcs, elsewhere: elsewhere / total, beginning: Math.max(0, 1 - seenWeight / total) };
}

/** The notes whose note-on or note-off the ids are. @param fromIndex the first id of the attention. */
export function notesOfIds(piece: Piece, fromIndex: number): NoteOfId {
  const byIndex = new Map<number, PieceNote>();
  // A note that started before the window may have ended in it. None is older than the visible ids.
  for (let i = piece.notes.length - 1; i >= 0; i -= 1) {
    const note = piece.notes[i];
    if (!note) continue;
    if (note.endIndex !== undefined && note.endIndex >= fromIndex) byIndex.set(note.endIndex, note);
    if (note.index >= fromIndex) byIndex.set(note.index, note);
  }
  return (index) => {
    const note = byIndex.get(index);
    return note && { note, isEnd: note.endIndex === index };
  };
}

/** The notes of the three values of each event. @param events see `ArrivalExplanation`. */
export function notesOfEvents(piece: BandPiece, events: readonly number[]): NoteOfId {
  return (index) => {
    const note = piece.noteAt(events[Math.floor((index - 1) / 3)] ?? -1);
    return note && { note, isEnd: false };
  };
}
