import { describe, expect, it } from "vitest";
import { PERFORMANCE_416, TASKS } from "../../encoding/index.ts";
import { ADJUSTMENT_PERIOD } from "../../src/music/drift-control.ts";
import { RepetitionLoopPenalty } from "../../src/music/repetition-loop.ts";
import { tinyPiano } from "./tiny-piano.ts";

/** The biases after these keys. */
function biasesAfter(keys: readonly number[]): number[] | undefined {
  const penalty = new RepetitionLoopPenalty();
  for (const key of keys) penalty.noteOn(key);
  return penalty.keyBiases(128);
}

function repeated(loop: readonly number[], notes: number): number[] {
  return Array.from({ length: notes }, (_, i) => loop[i % loop.length] ?? 0);
}

const LOOPS = {
  "one key": [60],
  "a trill": [60, 62],
  "a chord of five": [48, 60, 64, 67, 72],
  "eight notes": [48, 52, 55, 60, 64, 60, 55, 52],
};

describe.each(Object.entries(LOOPS))("a repetition loop: %s", (_, loop) => {
  it("has no penalty up to twelve notes", () => {
    for (let notes = 0; notes <= 12; notes += 1) expect(biasesAfter(repeated(loop, notes))).toBeUndefined();
  });

  it("lowers the logits of its keys only, by one nat per further note and at most eight", () => {
    for (const [notes, nats] of [
      [13, 1],
      [16, 4],
      [20, 8],
      [500, 8],
    ] as const) {
      const biases = biasesAfter(repeated(loop, notes)) ?? [];
      expect(biases).toHaveLength(128);
      for (const [key, bias] of biases.entries()) expect(bias).toBe(loop.includes(key) ? -nats : 0);
    }
  });

  it("has no penalty after the first note outside it", () => {
    expect(biasesAfter([...repeated(loop, 200), 100])).toBeUndefined();
  });
});

it("does not penalize scales or loops of nine notes", () => {
  expect(biasesAfter(Array.from({ length: 80 }, (_, i) => 20 + i))).toBeUndefined();
  expect(biasesAfter(repeated([1, 2, 3, 4, 5, 6, 7, 8, 9], 90))).toBeUndefined();
});

it("penalizes four keys in a loop of four notes, not eight", () => {
  const biases = biasesAfter(repeated([1, 2, 3, 4], 40)) ?? [];
  expect(biases.flatMap((bias, key) => (bias < 0 ? [key] : []))).toEqual([1, 2, 3, 4]);
});

describe("the sampling distribution", () => {
  /** One velocity, then three ids per note. */
  const trill = [PERFORMANCE_416.id("VELOCITY", 20)];
  for (let i = 0; i < 60; i += 1) {
    const key = i % 2 === 0 ? 60 : 62;
    const shift = PERFORMANCE_416.id("TIME_SHIFT", 12);
    trill.push(PERFORMANCE_416.id("NOTE_ON", key), shift, PERFORMANCE_416.id("NOTE_OFF", key));
  }

  it("penalizes the keys of a trill by its length at the last multiple of the period", async () => {
    const piano = await tinyPiano();
    const odds = async (length: number, driftControl: boolean): Promise<number> => {
      // Before a note-on all note-ons are allowed except those of sounding keys.
      const { candidates } = await piano.explain(trill, length, {
        candidates: 416,
        pitchTemperature: 1,
        themes: 0,
        driftControl,
      });
      const of = (id: number): number => candidates.find((each) => each.id === id)?.probability ?? NaN;
      return Math.log(of(60) / of(90));
    };
    for (const length of [3 * 10 + 1, 3 * 18 + 1, 3 * 40 + 1]) {
      // Before the notes come the start of the piece and the velocity.
      const updatedAt = Math.floor((length + 1) / ADJUSTMENT_PERIOD) * ADJUSTMENT_PERIOD - 2;
      const notes = Math.ceil(updatedAt / 3);
      const nats = Math.min(Math.max(0, notes - 12), 8);
      expect((await odds(length, false)) - (await odds(length, true))).toBeCloseTo(nats, 4);
    }
    await piano.dispose();
  });

  it("continues as if it had not been interrupted, wherever that was", async () => {
    const piano = await tinyPiano(TASKS, 256);
    const drawn = async (start: readonly number[], count: number): Promise<number[]> => {
      const ids: number[] = [];
      for await (const { id } of piano.continue(start, { seed: 5, generatedFrom: trill.length }))
        if (ids.push(id) === count) break;
      return ids;
    };
    const whole = await drawn(trill, 40);
    for (const cut of [1, 7, 13, 30]) {
      const rest = await drawn([...trill, ...whole.slice(0, cut)], 40 - cut);
      expect([...whole.slice(0, cut), ...rest]).toEqual(whole);
    }
    await piano.dispose();
  });
});
