/**
 * The dataset folder that `ostinato dataset` writes and the trainer reads: `dataset.json` (this header), `ids.bin`
 * (uint16, little-endian, pieces one after the other, each framed by the start and end ids) and `index.bin` (uint64,
 * little-endian, where each piece begins and, last, where the ids end).
 */
import type { IdRange, Task } from "../../../encoding/index.ts";
import type { ExampleKind } from "./example-kind.ts";

/** What the header says of the ids: all that the trainer knows about music or text. */
export interface DatasetVocabulary {
  readonly name: string;
  readonly size: number;
  readonly ranges: readonly IdRange[];
  readonly startId: number | null;
  readonly endId: number | null;
  readonly padId: number | null;
}

export interface DatasetPiece {
  readonly path: string;
  /** What the ids are: the piece itself ("plain") or a task made of it. */
  readonly kind: ExampleKind;
  /** Without start and end. */
  readonly ids: number;
  readonly notes?: number;
  readonly seconds?: number;
  /** Notes that no event of the file releases, where there are any. */
  readonly unreleasedNotes?: number;
  /** Unicode code points and UTF-8 bytes of a text. */
  readonly characters?: number;
  readonly bytes?: number;
}

/** The most that a note lasts in a dataset which its file never releases. */
export const MAX_UNRELEASED_SECONDS = 4;

/** The contents of `dataset.json`. */
export function datasetHeader(
  vocabulary: DatasetVocabulary,
  pieces: readonly DatasetPiece[],
  ids: number,
  tasks: readonly Task[],
): object {
  const { name, size, ranges, startId, endId, padId } = vocabulary;
  return {
    format: "ostinato-dataset",
    version: 1,
    idType: "uint16le",
    vocabulary: { name, size, ranges: ranges.map(({ kind, ...range }) => ({ name: kind, ...range })) },
    startId,
    endId,
    padId,
    tasks,
    ids,
    pieces,
  };
}

/** The ids of one piece as bytes, framed by the start and end ids where the vocabulary has them. */
export function frameIds(ids: ArrayLike<number>, vocabulary: DatasetVocabulary): Uint8Array {
  const { startId, endId } = vocabulary;
  const start = startId === null ? 0 : 1;
  const framed = new DataView(new ArrayBuffer(2 * (ids.length + start + (endId === null ? 0 : 1))));
  if (startId !== null) framed.setUint16(0, startId, true);
  for (let i = 0; i < ids.length; i += 1) framed.setUint16(2 * (i + start), ids[i]!, true);
  if (endId !== null) framed.setUint16(2 * (ids.length + start), endId, true);
  return new Uint8Array(framed.buffer);
}

/** Piece boundaries as the bytes of `index.bin`. */
export function indexBytes(offsets: readonly number[]): Uint8Array {
  const view = new DataView(new ArrayBuffer(8 * offsets.length));
  for (const [i, offset] of offsets.entries()) view.setBigUint64(8 * i, BigInt(offset), true);
  return new Uint8Array(view.buffer);
}
