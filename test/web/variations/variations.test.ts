import { describe, expect, it } from "vitest";
import { PERFORMANCE_388 } from "../../../encoding/index.ts";
import type { ContinueOptions, MusicEvent } from "../../../src/index.ts";
import { Piece } from "../../../web/music/piece.ts";
import { Variations } from "../../../web/variations/variations.ts";
import { idsOf } from "../music/fakes.ts";

/** Writes as many notes as the seed says; fails or waits for ever at a note of the test's choice. */
class FakeModel {
  readonly asked: (ContinueOptions & { readonly ids: readonly number[] })[] = [];
  failure: Error | undefined;

  async *continue(primer: unknown, options: ContinueOptions = {}): AsyncGenerator<MusicEvent, void> {
    this.asked.push({ ...options, ids: Array.isArray(primer) ? [...primer] : [] });
    for (let i = 0; i < (options.seed ?? 0); i += 1) {
      if (this.failure) throw this.failure;
      yield { id: 60 + i, kind: "NOTE_ON", value: 60 + i, seconds: 0 };
    }
  }
}

const beginning = (): Piece => new Piece(PERFORMANCE_388, [380, 60, 355, 188]);

describe("Variations", () => {
  it("continue from one position with consecutive seeds", async () => {
    const model = new FakeModel();
    const order = { model, options: { temperature: 0.9, seed: 99 }, seconds: 8, seeds: [2, 3] };
    const variations = new Variations(beginning(), order);
    expect(variations.forkSeconds).toBe(1);
    const seen: boolean[][] = [];
    await variations.write(() => seen.push(variations.list.map(({ isWritten }) => isWritten)));
    expect(variations.list.map(({ piece }) => idsOf(piece)?.slice(4))).toEqual([
      [60, 61],
      [60, 61, 62],
    ]);
    expect(seen.at(0)).toEqual([false, false]);
    expect(seen.at(3)).toEqual([true, false]);
    expect(seen.at(-1)).toEqual([true, true]);
    for (const [i, asked] of model.asked.entries()) {
      expect(asked).toMatchObject({ ids: [380, 60, 355, 188], seed: i + 2, temperature: 0.9, seconds: 8 });
      // The next variation reuses the prefilled ids of the one before.
      expect(asked.reuseBeyondWindow).toBe(true);
    }
  });

  it("stop without an error, and throw the error of a failure", async () => {
    const model = new FakeModel();
    const order = { model, options: {}, seconds: 8, seeds: [5, 5] };
    const variations = new Variations(beginning(), order);
    await variations.write(() => variations.stop());
    expect(variations.list.map(({ isWritten }) => isWritten)).toEqual([false, false]);
    expect(model.asked).toHaveLength(1);
    model.failure = new RangeError("broken");
    await expect(new Variations(beginning(), order).write(() => undefined)).rejects.toThrow("broken");
  });
});
