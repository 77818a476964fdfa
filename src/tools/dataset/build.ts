/** Builds a dataset folder from a folder of MIDI or text files, on all cores. */
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { copyRequests } from "./copies.ts";
import type { ExampleRequest } from "./encode-piece.ts";
import type { ExampleKind } from "./example-kind.ts";
import {
  exampleRequests,
  pieceRequest,
  type PlannedExample,
  type PlannedPiece,
  SHARED_KINDS,
  type SharedKind,
  type TaskPlan,
  wantedIds,
} from "./plan.ts";
import { EncodePool } from "./pool.ts";
import { type EncoderChoice, encoderOf } from "./worker.ts";
import { type KindSummary, type PieceWriter, writeDataset } from "./write-dataset.ts";

export interface BuildProgress {
  /** The kind of examples that are written, and their progress in files or ids. */
  readonly kind: ExampleKind;
  readonly done: number;
  readonly wanted: number;
  /** Number of ids written so far, of all kinds. */
  readonly ids: number;
  readonly skipped: number;
}

export interface BuildDatasetOptions {
  readonly folder: string;
  /** Files of the folder, relative to it, in the order of the pieces in the dataset. */
  readonly paths: readonly string[];
  readonly out: string;
  readonly encoder: EncoderChoice;
  /** Examples of tasks, written after the pieces. */
  readonly plan?: TaskPlan;
  /** Copies of each piece with controls, for arrival times. */
  readonly copies?: { readonly count: number; readonly seed: number };
  /** Number of worker threads. Default: one per core. */
  readonly threads?: number;
  readonly onProgress?: (progress: BuildProgress) => void;
  readonly signal?: AbortSignal;
}

export interface DatasetSummary {
  readonly pieces: number;
  readonly ids: number;
  readonly notes: number;
  readonly seconds: number;
  /** Number of notes without a note-off. */
  readonly unreleasedNotes: number;
  /** Counts by kind of example, framing ids included. */
  readonly kinds: readonly KindSummary[];
  /** Omitted files, each with the reason. */
  readonly skipped: readonly { readonly path: string; readonly reason: string }[];
}

/** Encodes files into a dataset folder (see `format.ts`). Files that cannot be read are omitted and reported. */
export async function buildDataset(options: BuildDatasetOptions): Promise<DatasetSummary> {
  const { out, encoder, paths, plan } = options;
  const skipped: { path: string; reason: string }[] = [];
  const pool = new EncodePool(encoder, Math.min(options.threads ?? availableParallelism(), paths.length));
  const { vocabulary } = encoderOf(encoder);
  const writer = await writeDataset(out, vocabulary, plan?.tasks ?? [], async (pieces) => {
    const planned = await encodePieces(options, pool, pieces, skipped);
    if (plan) await encodeExamples(options, plan, pool, pieces, planned, skipped.length);
  }).finally(() => pool.stop());
  const { pieces, ids } = writer;
  const sum = (key: "notes" | "seconds" | "unreleasedNotes"): number =>
    pieces.reduce((total, piece) => total + (piece[key] ?? 0), 0);
  return {
    pieces: pieces.length,
    ids,
    notes: sum("notes"),
    seconds: sum("seconds"),
    unreleasedNotes: sum("unreleasedNotes"),
    kinds: writer.kinds(),
    skipped,
  };
}

/** The requests for one file: itself, or its copies. */
function requestsOf(
  index: number,
  plan: TaskPlan | undefined,
  copies: BuildDatasetOptions["copies"],
): readonly (ExampleRequest | undefined)[] {
  return copies ? copyRequests(copies.count, copies.seed, index) : [plan && pieceRequest(plan, index)];
}

/** Encodes every file once, or its copies. */
async function encodePieces(
  { folder, paths, plan, copies, onProgress, signal }: BuildDatasetOptions,
  pool: EncodePool,
  writer: PieceWriter,
  skipped: { path: string; reason: string }[],
): Promise<PlannedPiece[]> {
  const planned: PlannedPiece[] = [];
  const requests = paths.flatMap((name, index) =>
    requestsOf(index, plan, copies).map((request) => ({ name, path: join(folder, name), request })),
  );
  let done = 0;
  for await (const [{ name: path, request }, answer] of pool.answers(requests)) {
    signal?.throwIfAborted();
    done += 1;
    const kind = request?.kind ?? "plain";
    if ("pieces" in answer) {
      for (const piece of answer.pieces) {
        await writer.write(path, kind, piece);
        planned.push({ path, ids: piece.ids.length, hasMelodyTrack: piece.hasMelodyTrack ?? false });
      }
    } else if (skipped.at(-1)?.path !== path) {
      skipped.push({ path, reason: answer.reason });
    }
    const doneFiles = Math.floor((done * paths.length) / requests.length);
    onProgress?.({ kind, done: doneFiles, wanted: paths.length, ids: writer.ids, skipped: skipped.length });
  }
  return planned;
}

/** Makes examples of each kind until its share of the ids is reached, or a round over all pieces yields none. */
async function encodeExamples(
  { folder, onProgress, signal }: BuildDatasetOptions,
  plan: TaskPlan,
  pool: EncodePool,
  writer: PieceWriter,
  planned: readonly PlannedPiece[],
  skipped: number,
): Promise<void> {
  const pieceIds = writer.ids;
  for (const kind of SHARED_KINDS) {
    const before = writer.ids;
    const wanted = Math.round(wantedIds(kind, plan, pieceIds));
    let fruitfulRound = 0;
    if (wanted === 0) continue;
    for await (const [{ name, round, request }, answer] of pool.answers(
      requestsFor(kind, plan, planned, folder),
    )) {
      signal?.throwIfAborted();
      if ("pieces" in answer) {
        for (const piece of answer.pieces) await writer.write(name, request.kind, piece);
        fruitfulRound = round;
      }
      const done = writer.ids - before;
      onProgress?.({ kind, done, wanted, ids: writer.ids, skipped });
      if (done >= wanted || round > fruitfulRound + 1) break;
    }
  }
}

/** The requests, with absolute paths for the workers. */
function* requestsFor(
  kind: SharedKind,
  plan: TaskPlan,
  planned: readonly PlannedPiece[],
  folder: string,
): Generator<PlannedExample & { readonly name: string }, void> {
  for (const example of exampleRequests(kind, plan, planned)) {
    yield { ...example, name: example.path, path: join(folder, example.path) };
  }
}
