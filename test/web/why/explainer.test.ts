import { expect, it } from "vitest";
import { PERFORMANCE_416 } from "../../../encoding/index.ts";
import type { BandExplainOptions, ExplainOptions, Explanation } from "../../../src/index.ts";
import type { ArrivalExplanation, ArrivalPlace } from "../../../src/platform/browser/worker/index.ts";
import { BandPiece } from "../../../web/music/band-piece.ts";
import { Piece } from "../../../web/music/piece.ts";
import { Explainer } from "../../../web/why/explainer.ts";

const EXPLANATION: Explanation = { candidates: [], probability: 0.5, attention: [] };

/** A primer of three ids, then generated music. */
function piece(): Piece {
  const result = new Piece(PERFORMANCE_416, [60, 355, 188]);
  for (const id of [64, 355]) result.push(id);
  return result;
}

it("explains an event with the settings, and drift control for generated music only", async () => {
  const asked: [readonly number[], number, ExplainOptions][] = [];
  const model = {
    explain: (ids: readonly number[], index: number, options: ExplainOptions) => {
      asked.push([ids, index, options]);
      return Promise.resolve(EXPLANATION);
    },
  };
  const settings = { options: { temperature: 0.9, seed: 7 }, seconds: 9 };
  const explainer = new Explainer({ load: () => Promise.resolve(model) }, () => settings);
  expect(await explainer.explain(piece(), 3, { attention: { layers: [1] }, layers: true })).toBe(EXPLANATION);
  await explainer.explain(piece(), 0, { attention: { layers: [0] } });
  const options = { temperature: 0.9, seed: 7, candidates: 40 };
  expect(asked).toEqual([
    [
      [60, 355, 188, 64],
      3,
      { ...options, driftControl: true, generatedFrom: 3, attention: { layers: [1] }, layers: true },
    ],
    [[60], 0, { ...options, driftControl: false, generatedFrom: 0, attention: { layers: [0] } }],
  ]);
});

it("explains a value of a note of several instruments with the settings", async () => {
  const explanation: ArrivalExplanation = {
    candidates: [],
    probability: 0.5,
    attention: [],
    words: "",
    events: [],
  };
  const asked: [ArrivalPlace, BandExplainOptions | undefined][] = [];
  const model = {
    events: () => {
      throw new TypeError("not asked");
    },
    explain: (place: ArrivalPlace, options?: BandExplainOptions) => {
      asked.push([place, options]);
      return Promise.resolve(explanation);
    },
  };
  const settings = { options: { temperature: 0.9, seed: 7 }, seconds: 9 };
  const explainer = new Explainer({ load: () => Promise.resolve(model) }, () => settings);
  const band = new BandPiece();
  const note = {
    kind: "note",
    onsetStep: 0,
    durationSteps: 5,
    pitch: 60,
    instrument: 0,
    isControl: false,
  } as const;
  band.push(note);
  expect(await explainer.explainBand(band, 1, { attention: { layers: [2] } })).toBe(explanation);
  expect(asked).toEqual([
    [
      { prompt: [], note, slot: "duration" },
      { temperature: 0.9, seed: 7, candidates: 40, attention: { layers: [2] } },
    ],
  ]);
  // The model has been replaced, and the music has not followed yet.
  await expect(explainer.explain(piece(), 0, { attention: { layers: [0] } })).rejects.toThrow(
    "has not yet become that of the model",
  );
});

it("refuses invalid settings", async () => {
  const model = { explain: () => Promise.resolve(EXPLANATION) };
  const explainer = new Explainer({ load: () => Promise.resolve(model) }, () => undefined);
  await expect(explainer.explain(piece(), 0, { attention: { layers: [0] } })).rejects.toThrow(
    "a setting is out of its range",
  );
});
