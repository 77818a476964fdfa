/** Builds a dataset folder from a folder of MIDI or text files, on all cores. */
import { availableParallelism } from "node:os";
import { type FileHandle, open, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { makeFolder, writeFileAtomic } from "../../platform/node/index.ts";
import { copyRequests } from "./copies.ts";
import type { EncodedPiece, ExampleRequest } from "./encode-piece.ts";
import type { ExampleKind } from "./example-kind.ts";
import { datasetHeader, type DatasetPiece, type DatasetVocabulary, frameIds, indexBytes } from "./format.ts";
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

export interface KindSummary {
  readonly kind: ExampleKind;
  readonly examples: number;
  readonly ids: number;
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

/**
 * Encodes files into `dataset.json`, `ids.bin` and `index.bin` (see `format.ts`). The header is written last, so a folder with a header
 * is complete. Files that cannot be read are omitted and reported.
 */
export async function buildDataset(options: BuildDatasetOptions): Promise<DatasetSummary> {
  const { out, encoder, paths } = options;
  const { vocabulary } = encoderOf(encoder);
  const removeFolder = await makeFolder(out);
  const headerPath = join(out, "dataset.json");
  const partialPath = join(out, `ids.bin.${process.pid}.partial`);
  const skipped: { path: string; reason: string }[] = [];
  const pool = new EncodePool(encoder, Math.min(options.threads ?? availableParallelism(), paths.length));
  let file: FileHandle | undefined;
  let writer: PieceWriter;
  try {
    file = await open(partialPath, "w");
    writer = new PieceWriter(file, vocabulary);
    const planned = await encodePieces(options, pool, writer, skipped);
    if (options.plan) await encodeExamples(options, options.plan, pool, writer, planned, skipped.length);
    await file.close();
    await rm(headerPath, { force: true });
    await writeFileAtomic(join(out, "index.bin"), indexBytes(writer.offsets));
    await rename(partialPath, join(out, "ids.bin"));
    const header = datasetHeader(vocabulary, writer.pieces, writer.ids, options.plan?.tasks ?? []);
    const text = `${JSON.stringify(header, undefined, 1)}\n`;
    await writeFileAtomic(headerPath, new TextEncoder().encode(text));
  } catch (error) {
    await file?.close().catch(() => undefined);
    await rm(partialPath, { force: true });
    await removeFolder();
    throw error;
  } finally {
    await pool.stop();
  }
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

/** Writes pieces one after the other and collects their header entries. */
class PieceWriter {
  readonly pieces: DatasetPiece[] = [];
  readonly offsets = [0];
  ids = 0;
  readonly #file: FileHandle;
  readonly #vocabulary: DatasetVocabulary;

  constructor(file: FileHandle, vocabulary: DatasetVocabulary) {
    this.#file = file;
    this.#vocabulary = vocabulary;
  }

  async write(path: string, kind: ExampleKind, piece: EncodedPiece): Promise<void> {
    const { ids, hasMelodyTrack: _, ...facts } = piece;
    const bytes = frameIds(ids, this.#vocabulary);
    await this.#file.write(bytes);
    this.ids += bytes.length / 2;
    this.offsets.push(this.ids);
    this.pieces.push({ path, kind, ids: ids.length, ...facts });
  }

  kinds(): KindSummary[] {
    const found = new Map<ExampleKind, { kind: ExampleKind; examples: number; ids: number }>();
    for (const [index, { kind }] of this.pieces.entries()) {
      const summary = found.get(kind) ?? { kind, examples: 0, ids: 0 };
      summary.examples += 1;
      summary.ids += this.offsets[index + 1]! - this.offsets[index]!;
      found.set(kind, summary);
    }
    return [...found.values()];
  }
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
