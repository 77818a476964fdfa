/** Several ways to go on from one place, each with random numbers of its own. */
import type { SamplingOptions } from "../../src/index.ts";
import type { MusicEngine } from "../../src/platform/browser/worker/index.ts";
import type { Piece } from "../music/piece.ts";

export interface Variation {
  /** As it began, and then its own way. */
  readonly piece: Piece;
  readonly seed: number;
  /** Whether it is as long as it is to be. */
  isWritten: boolean;
}

export interface VariationsOrder {
  readonly model: Pick<MusicEngine, "continue">;
  readonly options: SamplingOptions;
  /** New music of each, in seconds. */
  readonly seconds: number;
  /** One for each variation. */
  readonly seeds: readonly number[];
}

/** Variations of what has been heard of a piece. */
export class Variations {
  readonly list: readonly Variation[];
  /** Where they part. */
  readonly forkSeconds: number;
  readonly #order: VariationsOrder;
  readonly #abort = new AbortController();

  /** @param beginning what they have in common. */
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
   * Writes them one after the other: each goes on from what the model read for the one before.
   *
   * @param onChange told of every event.
   * @throws what the model throws; not when they were stopped.
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
