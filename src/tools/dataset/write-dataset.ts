/** Writes a dataset folder, piece by piece. */
import { type FileHandle, open, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Task } from "../../../encoding/index.ts";
import { makeFolder, writeFileAtomic } from "../../platform/node/index.ts";
import type { EncodedPiece } from "./encode-piece.ts";
import type { ExampleKind } from "./example-kind.ts";
import {
  datasetHeader,
  type DatasetPiece,
  type DatasetVocabulary,
  frameIds,
  indexBytes,
  TARGETS_FILE,
} from "./format.ts";

export interface KindSummary {
  readonly kind: ExampleKind;
  readonly examples: number;
  readonly ids: number;
}

/**
 * Writes `dataset.json`, `ids.bin`, `index.bin` and, for pairs, `targets.bin` (see `format.ts`). The header is written last, so a folder
 * with a header is complete. When `fill` throws, the new files are removed and an earlier dataset in the folder is unchanged.
 *
 * @param fill writes the pieces.
 */
export async function writeDataset(
  out: string,
  vocabulary: DatasetVocabulary,
  tasks: readonly Task[],
  fill: (writer: PieceWriter) => Promise<void>,
): Promise<PieceWriter> {
  const removeFolder = await makeFolder(out);
  const headerPath = join(out, "dataset.json");
  const partialPath = join(out, `ids.bin.${process.pid}.partial`);
  let file: FileHandle | undefined;
  try {
    file = await open(partialPath, "w");
    const writer = new PieceWriter(file, vocabulary);
    await fill(writer);
    await file.close();
    await rm(headerPath, { force: true });
    await writeFileAtomic(join(out, "index.bin"), indexBytes(writer.offsets));
    await rename(partialPath, join(out, "ids.bin"));
    const hasTargets = writer.firstTargets.length > 0;
    if (hasTargets) await writeFileAtomic(join(out, TARGETS_FILE), indexBytes(writer.firstTargets));
    else await rm(join(out, TARGETS_FILE), { force: true });
    const header = datasetHeader(vocabulary, writer.pieces, writer.ids, tasks, hasTargets);
    const text = `${JSON.stringify(header, undefined, 1)}\n`;
    await writeFileAtomic(headerPath, new TextEncoder().encode(text));
    return writer;
  } catch (error) {
    await file?.close().catch(() => undefined);
    await rm(partialPath, { force: true });
    await removeFolder();
    throw error;
  }
}

/** Writes pieces one after the other and collects their header entries. */
export class PieceWriter {
  readonly pieces: DatasetPiece[] = [];
  readonly offsets = [0];
  /** For each pair, the number of ids before its first target id, its start id included. */
  readonly firstTargets: number[] = [];
  ids = 0;
  readonly #file: FileHandle;
  readonly #vocabulary: DatasetVocabulary;

  constructor(file: FileHandle, vocabulary: DatasetVocabulary) {
    this.#file = file;
    this.#vocabulary = vocabulary;
  }

  async write(path: string, kind: ExampleKind, piece: EncodedPiece): Promise<void> {
    const { ids, hasMelodyTrack: _, firstTarget, ...facts } = piece;
    const bytes = frameIds(ids, this.#vocabulary);
    await this.#file.write(bytes);
    this.ids += bytes.length / 2;
    this.offsets.push(this.ids);
    if (firstTarget !== undefined)
      this.firstTargets.push(firstTarget + Number(this.#vocabulary.startId !== null));
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
