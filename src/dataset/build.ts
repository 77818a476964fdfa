/** A folder of MIDI or text files to a dataset folder, on all cores. */
import { availableParallelism } from "node:os";
import { mkdir, open, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { writeFileAtomic } from "../node/write-file.ts";
import { datasetHeader, type DatasetPiece, frameIds, indexBytes } from "./format.ts";
import { type EncoderChoice, encoderOf, type WorkerAnswer } from "./worker.ts";

export interface BuildDatasetOptions {
  readonly folder: string;
  /** Files of the folder, relative to it, in the order in which the pieces are to be written. */
  readonly paths: readonly string[];
  readonly out: string;
  readonly encoder: EncoderChoice;
  /** Worker threads; by default one a core. */
  readonly threads?: number;
  readonly onProgress?: (progress: {
    readonly files: number;
    readonly ids: number;
    readonly skipped: number;
  }) => void;
  readonly signal?: AbortSignal;
}

export interface DatasetSummary {
  readonly pieces: number;
  readonly ids: number;
  readonly notes: number;
  readonly seconds: number;
  /** Files that were left out, each with its reason. */
  readonly skipped: readonly { readonly path: string; readonly reason: string }[];
}

/**
 * Encodes files into `dataset.json`, `ids.bin` and `index.bin` (see `format.ts`). The header is written last: a folder
 * that has one is complete. Files that cannot be read are left out and reported.
 */
export async function buildDataset(options: BuildDatasetOptions): Promise<DatasetSummary> {
  const { paths, out } = options;
  const { vocabulary } = encoderOf(options.encoder);
  const pieces: DatasetPiece[] = [];
  const skipped: { path: string; reason: string }[] = [];
  const offsets = [0];
  let ids = 0;

  await mkdir(out, { recursive: true });
  const headerPath = join(out, "dataset.json");
  const partialPath = join(out, `ids.bin.${process.pid}.partial`);
  const file = await open(partialPath, "w");
  try {
    for await (const [index, answer] of encodeAll(options)) {
      const path = paths[index] ?? "";
      if ("reason" in answer) {
        skipped.push({ path, reason: answer.reason });
      } else {
        const { ids: pieceIds, ...facts } = answer.piece;
        await file.write(frameIds(pieceIds, vocabulary));
        const framing = (vocabulary.startId === null ? 0 : 1) + (vocabulary.endId === null ? 0 : 1);
        ids += pieceIds.length + framing;
        offsets.push(ids);
        pieces.push({ path, ids: pieceIds.length, ...facts });
      }
      options.onProgress?.({ files: index + 1, ids, skipped: skipped.length });
    }
    await file.close();
    await rm(headerPath, { force: true });
    await rename(partialPath, join(out, "ids.bin"));
  } catch (error) {
    await file.close().catch(() => undefined);
    await rm(partialPath, { force: true });
    throw error;
  }
  await writeFileAtomic(join(out, "index.bin"), indexBytes(offsets));
  const header = JSON.stringify(datasetHeader(vocabulary, pieces, ids), undefined, 1);
  await writeFileAtomic(headerPath, new TextEncoder().encode(`${header}\n`));
  const sum = (key: "notes" | "seconds"): number =>
    pieces.reduce((total, piece) => total + (piece[key] ?? 0), 0);
  return { pieces: pieces.length, ids, notes: sum("notes"), seconds: sum("seconds"), skipped };
}

/** How far the threads may run ahead of the file that is written next. */
const AHEAD_PER_THREAD = 16;

/** Encodes files on worker threads; yields the answers in the order of `paths`. */
async function* encodeAll(options: BuildDatasetOptions): AsyncGenerator<[number, WorkerAnswer]> {
  const { folder, paths } = options;
  const count = Math.max(1, Math.min(options.threads ?? availableParallelism(), paths.length));
  const workers = Array.from({ length: count }, () => new EncodeWorker(options.encoder));
  const pending: Promise<WorkerAnswer>[] = [];
  const ask = (index: number): void => {
    const worker = workers[index % count];
    const path = paths[index];
    if (!worker || path === undefined) return;
    const answer = worker.encode(join(folder, path));
    answer.catch(() => undefined);
    pending[index] = answer;
  };
  try {
    const ahead = count * AHEAD_PER_THREAD;
    for (let index = 0; index < ahead; index += 1) ask(index);
    for (let index = 0; index < paths.length; index += 1) {
      options.signal?.throwIfAborted();
      const answer = await pending[index];
      delete pending[index];
      ask(index + ahead);
      if (answer) yield [index, answer];
    }
  } finally {
    await Promise.all(workers.map((worker) => worker.stop()));
  }
}

/** A worker thread that answers in the order it is asked. */
class EncodeWorker {
  readonly #worker: Worker;
  readonly #waiting: { resolve: (answer: WorkerAnswer) => void; reject: (error: Error) => void }[] = [];

  constructor(encoder: EncoderChoice) {
    // The built file is ".js", the source ".ts"; this file's own ending tells which of them runs.
    const ending = import.meta.url.endsWith(".ts") ? "ts" : "js";
    this.#worker = new Worker(new URL(`./worker.${ending}`, import.meta.url), { workerData: encoder });
    this.#worker.on("message", (answer: WorkerAnswer) => this.#waiting.shift()?.resolve(answer));
    this.#worker.on("error", (error) => {
      for (const { reject } of this.#waiting.splice(0)) reject(error);
    });
  }

  encode(path: string): Promise<WorkerAnswer> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
      this.#worker.postMessage(path);
    });
  }

  async stop(): Promise<void> {
    await this.#worker.terminate();
  }
}
