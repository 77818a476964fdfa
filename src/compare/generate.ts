/** The generated side of a comparison, made by a model, one seed after the other. */
import type { MusicModel } from "../music.ts";
import type { SamplingOptions } from "../options.ts";
import type { Piece } from "./compare.ts";
import { countIllegal, type LegalityFigures } from "./legality.ts";
import { cutWindows, gridNotes } from "./windows.ts";

/** Of the generations, the share that is made again with the mask off. */
const UNMASKED_SHARE = 0.1;

export interface GenerateSetOptions extends SamplingOptions {
  /** The first seed. */
  readonly seed: number;
  readonly count: number;
  /** Of each generation. */
  readonly seconds: number;
  readonly signal?: AbortSignal;
  /** Told how many are done, of how many, and how far the next one is. */
  readonly onProgress?: (progress: {
    readonly masked: boolean;
    readonly done: number;
    readonly count: number;
    readonly seconds: number;
  }) => void;
}

export interface GeneratedSet {
  /** Generations without a single note are left out. */
  readonly pieces: readonly Piece[];
  /** One entry for each generation with the mask off: the first tenth of the seeds. */
  readonly unmasked: readonly LegalityFigures[];
}

/** Generates `count` pieces, then a tenth of them again with the grammar's mask off. */
export async function generateSet(model: MusicModel, options: GenerateSetOptions): Promise<GeneratedSet> {
  const { seed: first, count, seconds, signal, onProgress, ...sampling } = options;
  const common = { ...sampling, seconds, ...(signal ? { signal } : {}) };
  const pieces: Piece[] = [];
  for (let done = 0; done < count; done += 1) {
    const seed = first + done;
    const { score } = await model.generate({
      ...common,
      seed,
      onEvent: (event) => onProgress?.({ masked: true, done, count, seconds: event.seconds }),
    });
    const windows = cutWindows(`seed ${seed}`, gridNotes(score), seconds);
    if (windows.length > 0) pieces.push(windows);
  }
  const unmasked: LegalityFigures[] = [];
  const again = Math.ceil(count * UNMASKED_SHARE);
  for (let done = 0; done < again; done += 1) {
    const onEvent = (now: number): void => onProgress?.({ masked: false, done, count: again, seconds: now });
    unmasked.push(await countIllegal(model, { ...common, seed: first + done, onEvent }));
  }
  return { pieces, unmasked };
}
