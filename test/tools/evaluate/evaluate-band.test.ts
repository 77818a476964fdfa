import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { encodeArrival } from "../../../encoding/index.ts";
import { type Decoder, score } from "../../../src/engine/index.ts";
import { BandModel } from "../../../src/music/index.ts";
import {
  type BandPieceScore,
  scoreBandPiece,
  summarizeBand,
} from "../../../src/tools/evaluate/evaluate-band.ts";
import { goldenScore } from "../../encoding/arrival/golden.ts";
import { loadNetwork } from "../../music/arrival/network.ts";

const TRIO = goldenScore("02-three-programs-format1.mid");

let decoder: Decoder;
beforeAll(async () => {
  decoder = await loadNetwork();
});
afterAll(() => decoder.dispose());

describe("scoreBandPiece", () => {
  it("sums the negative log-likelihoods of onsets, durations and notes", async () => {
    const [window] = encodeArrival(TRIO);
    const logProbabilities = await score(decoder, window!.ids);
    const sumOf = (slot: number): number =>
      -logProbabilities.reduce((sum, value, index) => sum + (index % 3 === slot ? value : 0), 0);
    const { nats, natsBySlot, ids, notes, seconds } = await scoreBandPiece(new BandModel(decoder), TRIO);
    expect(natsBySlot.onset).toBeCloseTo(sumOf(0), 6);
    expect(natsBySlot.duration).toBeCloseTo(sumOf(1), 6);
    expect(natsBySlot.note).toBeCloseTo(sumOf(2), 6);
    expect(nats).toBeCloseTo(sumOf(0) + sumOf(1) + sumOf(2), 6);
    expect({ ids, notes }).toEqual({ ids: 42, notes: 14 });
    expect(seconds).toBeCloseTo(3.6, 9);
  });

  it("reports progress over all windows", async () => {
    const slow = goldenScore("14-slow-longer-than-100-seconds.mid");
    const lengths = encodeArrival(slow).map((window) => window.ids.length - 1);
    expect(lengths.length).toBe(2);
    const done: number[] = [];
    const { ids } = await scoreBandPiece(new BandModel(decoder), slow, {
      onProgress: (scored) => done.push(scored),
    });
    expect(ids).toBe(lengths[0]! + lengths[1]!);
    expect(done).toContain(lengths[0]);
    expect(done.at(-1)).toBe(ids);
    expect(done).toEqual(done.toSorted((a, b) => a - b));
  });
});

it("summarizeBand divides sums by sums", () => {
  const piece = (ids: number, nats: number): BandPieceScore => ({
    nats,
    natsBySlot: { onset: nats / 2, duration: nats / 4, note: nats / 4 },
    ids,
    notes: ids / 3,
    seconds: 2,
  });
  expect(summarizeBand([piece(3, 4), piece(9, 20)])).toEqual({
    nllPerId: 2,
    nllPerSlot: { onset: 3, duration: 1.5, note: 1.5 },
    nllPerNote: 6,
    nllPerSecond: 6,
    perplexity: Math.exp(2),
    ids: 12,
  });
});
