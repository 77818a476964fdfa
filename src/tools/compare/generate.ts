/** Generates the music of a comparison with a model. */
import type { ContinueOptions, MusicModel } from "../../music/index.ts";
import type { SamplingOptions } from "../../options.ts";
import type { Piece } from "./compare.ts";
import { countIllegal, type LegalityCount } from "./legality.ts";
import { cutWindows, gridNotes } from "./windows.ts";

/** Share of the seeds that are also generated without the mask. */
const UNMASKED_SHARE = 0.1;

/** Pieces per batch: larger batches are faster and need more memory. */
const BATCH_SIZE = 16;

export interface GenerateSetOptions extends SamplingOptions, Pick<ContinueOptions, "driftControl"> {
  /** The first seed. */
  readonly seed: number;
  readonly count: number;
  /** Length of each generation. */
  readonly seconds: number;
  readonly signal?: AbortSignal;
  /** Called with the seconds of music generated and the total. */
  readonly onProgress?: (progress: {
    readonly masked: boolean;
    readonly seconds: number;
    readonly total: number;
  }) => void;
}

export interface GeneratedSet {
  /** Generations without notes are omitted. */
  readonly pieces: readonly Piece[];
  /** One entry for each generation with the mask off: the first tenth of the seeds. */
  readonly unmasked: readonly LegalityCount[];
}

/** Generates `count` pieces, then a tenth of them again with the grammar's mask off. */
export async function generateSet(model: MusicModel, options: GenerateSetOptions): Promise<GeneratedSet> {
  const { seed: first, count, seconds, driftControl = true, signal, onProgress, ...sampling } = options;
  const common = { ...sampling, seconds, signal };
  const pieces: Piece[] = [];
  for (let done = 0; done < count; done += BATCH_SIZE) {
    const seed = first + done;
    const group = Math.min(BATCH_SIZE, count - done);
    const reached = new Map<number, number>();
    const music = await model.variations(group, {
      ...common,
      driftControl,
      seed,
      onEvent: (event, variation) => {
        reached.set(variation, event.seconds);
        const generated = [...reached.values()].reduce((sum, part) => sum + part, 0);
        onProgress?.({ masked: true, seconds: done * seconds + generated, total: count * seconds });
      },
    });
    for (const [variation, { score }] of music.entries()) {
      const windows = cutWindows(`seed ${seed + variation}`, gridNotes(score), seconds);
      if (windows.length > 0) pieces.push(windows);
    }
  }
  const unmasked: LegalityCount[] = [];
  const again = Math.ceil(count * UNMASKED_SHARE);
  for (let done = 0; done < again; done += 1) {
    const onEvent = (now: number): void =>
      onProgress?.({ masked: false, seconds: done * seconds + now, total: again * seconds });
    unmasked.push(await countIllegal(model, { ...common, seed: first + done, onEvent }));
  }
  return { pieces, unmasked };
}
