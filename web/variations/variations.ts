/** Several continuations from one position, with different random numbers. */
import type { SamplingOptions } from "../../src/index.ts";
import type { MusicEngine } from "../../src/platform/browser/worker/index.ts";
import type { Piece } from "../music/piece.ts";

export interface Variation {
  /** The common music, then the variation. */
  readonly piece: Piece;
  readonly seed: number;
  /** Whether it has its full length. */
  isWritten: boolean;
}

export interface VariationsOrder {
  readonly model: Pick<MusicEngine, "continue">;
  readonly options: SamplingOptions;
  /** Length of the new music of each, in seconds. */
  readonly seconds: number;
  /** One for each variation. */
  readonly seeds: readonly number[];
}

/** Variations of the music up to the playback position. */
export class Variations {
  readonly list: readonly Variation[];
  /** Time of the fork, in seconds. */
  readonly forkSeconds: number;
  readonly #order: VariationsOrder;
  readonly #abort = new AbortController();

  /** @param beginning the common music. */
  constructor(beginning: Piece, order: VariationsOrder) {
    this.#order = order;
    this.forkSeconds = beginning.seconds;
    this.list = order.seeds.map((seed) => ({
      piece: beginning.cut(beginning.ids.length),
      seed,
      isWritten: false,
    }));
  }

  /**
   * Generates the variations one after the other, so that each reuses the cache of the one before.
   *
   * @param onChange called on every event.
   * @throws the errors of the model; nothing when stopped.
   */
  async write(onChange: () => void): Promise<void> {
    const { model, options, seconds } = this.#order;
    const { signal } = this.#abort;
    for (const variation of this.list) {
      const { piece, seed } = variation;
      const { keptLength: generatedFrom, generatedCount: randomStep } = piece;
      const how = { ...options, seed, seconds, generatedFrom, randomStep, reuseBeyondWindow: true, signal };
      try {
        for await (const { id } of model.continue(piece.ids, how)) {
          if (signal.aborted) return;
          piece.push(id);
          onChange();
        }
      } catch (error) {
        if (signal.aborted) return;
        throw error;
      }
      variation.isWritten = true;
      onChange();
    }
  }

  stop(): void {
    this.#abort.abort();
  }
}
