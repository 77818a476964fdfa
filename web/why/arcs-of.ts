/** Converts attention over ids to arcs between notes. */
import type { LayerAttention } from "../../src/index.ts";
import type { PieceNote } from "../music/note.ts";
import type { Piece } from "../music/piece.ts";
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

/**
 * @param note the explained note: arcs start at its beginning.
 * @param heads number of heads of the model, for the colors.
 */
export function arcsOf(
  piece: Piece,
  note: PieceNote,
  attention: LayerAttention,
  heads: number,
): NoteAttention {
  const byIndex = notesByIndex(piece, attention.from);
  const seen = attention.weights.length / attention.heads.length;
  const arcs: Arc[] = [];
  let elsewhere = 0;
  let seenWeight = 0;
  for (const [row, head] of attention.heads.entries()) {
    const weights = new Map<PieceNote, { weight: number; atEnd: number }>();
    for (let i = 0; i < seen; i += 1) {
      const weight = attention.weights[row * seen + i]!;
      seenWeight += weight;
      const target = byIndex.get(attention.from + i);
      if (!target) {
        elsewhere += weight;
        continue;
      }
      const entry = weights.get(target) ?? { weight: 0, atEnd: 0 };
      entry.weight += weight;
      if (target.endIndex === attention.from + i) entry.atEnd += weight;
      weights.set(target, entry);
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

/** The notes whose note-on or note-off the ids are. */
function notesByIndex(piece: Piece, fromIndex: number): Map<number, PieceNote> {
  const byIndex = new Map<number, PieceNote>();
  // A note that started before the window may have ended in it. None is older than the visible ids.
  for (let i = piece.notes.length - 1; i >= 0; i -= 1) {
    const note = piece.notes[i];
    if (!note) continue;
    if (note.endIndex !== undefined && note.endIndex >= fromIndex) byIndex.set(note.endIndex, note);
    if (note.index >= fromIndex) byIndex.set(note.index, note);
  }
  return byIndex;
}
