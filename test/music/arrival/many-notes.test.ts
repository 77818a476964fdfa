/** Music of very many notes: nothing overflows, and nothing is done once for each pair of them. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { scoreFromNotes, type Score } from "../../../encoding/index.ts";
import type { Decoder } from "../../../src/engine/index.ts";
import { BandModel } from "../../../src/music/index.ts";
import { loadNetwork } from "./network.ts";

const NOTES = 100_000;
const SAMPLING = { seed: 5, topP: 0.95, instruments: new Set([32]) };

let decoder: Decoder;
let band: BandModel;

beforeAll(async () => {
  decoder = await loadNetwork();
  band = new BandModel(decoder);
});

afterAll(() => decoder.dispose());

/** Notes over `seconds`, of all pitches in turn. */
function piece(seconds: number): Score {
  return scoreFromNotes(
    Array.from({ length: NOTES }, (_, i) => {
      const startSeconds = (i / NOTES) * seconds;
      return { pitch: i % 128, velocity: 80, startSeconds, endSeconds: startSeconds + seconds / NOTES };
    }),
  );
}

describe("100,000 given notes", () => {
  it("are accompanied", async () => {
    const { score, notes } = await band.accompany(piece(2), SAMPLING);
    expect(score.notes).toHaveLength(NOTES + notes);
  });

  it("are continued", async () => {
    const primer = piece(10_000);
    const { score, notes } = await band.generate({ primer, seconds: 2, ...SAMPLING });
    expect(score.notes).toHaveLength(NOTES + notes);
    expect(Math.max(...score.notes.slice(-notes).map((note) => note.startSeconds))).toBeGreaterThan(10_000);
  });

  it("are around a region that is filled", async () => {
    const region = { fromSeconds: 5000, toSeconds: 5002 };
    const { score, notes } = await band.infill(piece(10_000), { ...region, ...SAMPLING });
    expect(score.notes).toHaveLength(NOTES - 20 + notes);
  });
});
