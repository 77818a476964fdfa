import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { readMidi, type Score } from "../../../encoding/index.ts";
import { type Decoder, DraftModel, type ForwardOptions } from "../../../src/engine/index.ts";
import { BandModel } from "../../../src/music/arrival/band-model.ts";
import { goldenBytes } from "../../encoding/arrival/golden.ts";
import { loadNetwork } from "./network.ts";

let decoder: Decoder;
let band: BandModel;

beforeAll(async () => {
  decoder = await loadNetwork();
  band = new BandModel(decoder);
});

afterAll(() => decoder.dispose());

const PIECE = readMidi(goldenBytes("12-band-of-six.mid"));

/** The result of a task, and the options of its runs of several ids. */
async function recorded<T>(task: () => Promise<T>): Promise<readonly [T, ForwardOptions[]]> {
  const forward = vi.spyOn(decoder, "forward");
  try {
    const result = await task();
    return [
      result,
      forward.mock.calls.map(([, , options]) => options!).filter(({ logits }) => logits === "all"),
    ];
  } finally {
    forward.mockRestore();
  }
}

describe("drafts of a band", () => {
  // At low temperatures a random network repeats itself, and so its drafts are right.
  it.each([1, 0.2, 0])("leave all notes as they are, at temperature %d", async (temperature) => {
    const options = { primer: PIECE, primerSeconds: 20, seconds: 8, seed: 3, temperature };
    const plain = await band.generate({ ...options, speculation: false });
    const [drafted, runs] = await recorded(() => band.generate(options));
    expect(drafted).toEqual(plain);
    expect(runs.length).toBeGreaterThan(0);
    // Of the head, only the slices of the drafted ids are computed.
    const { vocabularySize } = decoder.config;
    for (const { range } of runs) expect(range!.count).toBeLessThan(vocabularySize);
  });

  it("leave all notes as they are when controls are inserted and when the window is full", async () => {
    const options = { fromSeconds: 5, toSeconds: 25, seed: 4, temperature: 0.2 };
    const score: Score = PIECE;
    const [drafted, runs] = await recorded(() => band.infill(score, options));
    expect(drafted).toEqual(await band.infill(score, { ...options, speculation: false }));
    expect(runs.length).toBeGreaterThan(0);
  });

  it("leave all notes as they are beside those of a draft model", async () => {
    const options = { primer: PIECE, primerSeconds: 20, seconds: 4, seed: 3, temperature: 0.2 };
    const draftModel = new DraftModel(band);
    expect(await band.generate({ ...options, draftModel })).toEqual(
      await band.generate({ ...options, speculation: false }),
    );
    expect(draftModel.report.drafted).toBeGreaterThan(0);
  });

  it("are not read without speculation", async () => {
    const [, runs] = await recorded(() =>
      band.generate({ primer: PIECE, seconds: 2, seed: 3, speculation: false }),
    );
    expect(runs).toEqual([]);
  });
});
