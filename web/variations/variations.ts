/** Several continuations from one position, with different random numbers. */
import type { SamplingOptions } from "../../src/index.ts";
import { type Composer, continuation } from "../music/continuation.ts";
import type { Music } from "../music/music.ts";

export interface Variation {
  /** The common music, then the variation. */
  readonly piece: Music;
  readonly seed: number;
  /** Whether it has its full length. */
  isWritten: boolean;
}

export interface VariationsOrder {
  readonly model: Composer;
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
  constructor(beginning: Music, order: VariationsOrder) {
    this.#order = order;
    this.forkSeconds = beginning.seconds;
    this.list = order.seeds.map((seed) => ({
      piece: beginning.cut(beginning.length),
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
      // Each is a part of the piece, which continues.
      const how = { options: { ...options, ending: false, seed }, seconds, signal };
      try {
        for await (const next of continuation(piece, model, how)) {
          if (signal.aborted) return;
          next.push();
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
