/**
 * The format of a dataset folder, which `ostinato dataset` writes and the trainer reads: `dataset.json` (the header), `ids.bin` (uint16,
 * little-endian, concatenated pieces with their start and end ids, or windows) and `index.bin` (uint64, little-endian, the offset of each piece and
 * the total number of ids). A dataset of pairs also has `targets.bin` (uint64, little-endian): for each piece the number of ids before
 * the first one that the loss includes, its start id included.
 */
import type { Task } from "../../../encoding/index.ts";
import type { ExampleKind } from "./example-kind.ts";

/** Consecutive ids of one kind; the values of the ids increase by one from `minimum`. */
export interface DatasetRange {
  readonly kind: string;
  readonly first: number;
  readonly count: number;
  readonly minimum: number;
}

/** Description of the ids in the header. The trainer needs no other facts about them, for music and text alike. */
export interface DatasetVocabulary {
  readonly name: string;
  readonly size: number;
  readonly ranges: readonly DatasetRange[];
  /** The id before each piece; null for none. */
  readonly startId: number | null;
  /** Without a `startId`: each piece begins with one of these ids. */
  readonly startIds?: readonly number[];
  readonly endId: number | null;
  readonly padId: number | null;
  /** For a text dataset: the hash of the tokens of its tokenizer (`tokens-hash.ts`). */
  readonly tokensSha256?: string;
}

export interface DatasetPiece {
  readonly path: string;
  /** The kind of the example: the piece itself ("plain") or a task derived from it. */
  readonly kind: ExampleKind;
  /** Number of ids, without start and end. */
  readonly ids: number;
  readonly notes?: number;
  readonly seconds?: number;
  /** Number of notes without a note-off; absent for 0. */
  readonly unreleasedNotes?: number;
  /** Number of Unicode code points in a text; `bytes` is its length in UTF-8. */
  readonly characters?: number;
  readonly bytes?: number;
}

/** The file of a dataset of pairs with the start of the target of each piece. */
export const TARGETS_FILE = "targets.bin";

/** Maximum duration of a note without a note-off in a dataset. */
export const MAX_UNRELEASED_SECONDS = 4;

/** The contents of `dataset.json`. */
export function datasetHeader(
  vocabulary: DatasetVocabulary,
  pieces: readonly DatasetPiece[],
  ids: number,
  tasks: readonly Task[],
  hasTargets: boolean,
): object {
  const { name, size, ranges, startId, startIds, endId, padId, tokensSha256 } = vocabulary;
  return {
    format: "ostinato-dataset",
    version: 1,
    idType: "uint16le",
    vocabulary: {
      name,
      size,
      ranges: ranges.map(({ kind, ...range }) => ({ name: kind, ...range })),
      tokensSha256,
    },
    startId,
    startIds,
    endId,
    padId,
    tasks,
    targets: hasTargets || undefined,
    ids,
    pieces,
  };
}

/** The ids of one piece as bytes, with the start and end ids that the vocabulary has. */
export function frameIds(ids: ArrayLike<number>, vocabulary: DatasetVocabulary): Uint8Array {
  const { startId, endId } = vocabulary;
  const start = startId === null ? 0 : 1;
  const bytes = new DataView(new ArrayBuffer(2 * (ids.length + start + (endId === null ? 0 : 1))));
  if (startId !== null) bytes.setUint16(0, startId, true);
  for (let i = 0; i < ids.length; i += 1) bytes.setUint16(2 * (i + start), ids[i]!, true);
  if (endId !== null) bytes.setUint16(2 * (ids.length + start), endId, true);
  return new Uint8Array(bytes.buffer);
}

/** Offsets as the bytes of `index.bin` or `targets.bin`. */
export function indexBytes(offsets: readonly number[]): Uint8Array {
  const view = new DataView(new ArrayBuffer(8 * offsets.length));
  for (const [i, offset] of offsets.entries()) view.setBigUint64(8 * i, BigInt(offset), true);
  return new Uint8Array(view.buffer);
}
