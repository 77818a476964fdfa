/** Ids with their origins, as 16-bit numbers: for links and for storage. */
import type { Vocabulary } from "../../encoding/index.ts";
import type { Origin } from "./note.ts";
import { Piece } from "./piece.ts";

/** The bits of a number that hold the id; the bits above hold the origin. */
const ID = 0x3fff;
const ORIGIN_BITS: Readonly<Record<Origin, number>> = { generated: 0, primer: 0x4000, infilled: 0x8000 };

export function packIds(piece: Piece): Uint16Array<ArrayBuffer> {
  return Uint16Array.from(piece.ids, (id, index) => id | ORIGIN_BITS[piece.originOf(index)]);
}

export function unpackIds(packed: Iterable<number>, vocabulary: Vocabulary): Piece {
  const piece = new Piece(vocabulary);
  for (const entry of packed) piece.push(entry & ID, originOf(entry));
  return piece;
}

function originOf(entry: number): Origin {
  if (entry & ORIGIN_BITS.primer) return "primer";
  return entry & ORIGIN_BITS.infilled ? "infilled" : "generated";
}
