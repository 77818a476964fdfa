/** Attention over ids as arcs over notes. */
import type { LayerAttention } from "../../src/index.ts";
import type { PieceNote } from "../music/note.ts";
import type { Piece } from "../music/piece.ts";
import type { Arc } from "../roll/arcs.ts";

export interface NoteAttention {
  readonly arcs: readonly Arc[];
  /** Of all the attention, the share that went to time shifts, loudness and the start, which are no notes. */
  readonly elsewhere: number;
  /** Of all the attention, the share that went to the beginning of the piece, where that is kept in sight behind a gap. */
  readonly beginning: number;
}

/** So many lines a head; more would be a smear. */
const ARCS = 24;
/** Fainter ones are left out. */
const LEAST = 0.012;

/**
 * @param note the one in question: arcs go out from its beginning.
 * @param heads how many the model has, for their colors.
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

/** The notes that ids begin or end. */
function notesByIndex(piece: Piece, fromIndex: number): Map<number, PieceNote> {
  const byIndex = new Map<number, PieceNote>();
  // A note that began before the window may have ended in it; none is older than the ids that the model saw.
  for (let i = piece.notes.length - 1; i >= 0; i -= 1) {
    const note = piece.notes[i];
    if (!note) continue;
    if (note.endIndex !== undefined && note.endIndex >= fromIndex) byIndex.set(note.endIndex, note);
    if (note.index >= fromIndex) byIndex.set(note.index, note);
  }
  return byIndex;
}
