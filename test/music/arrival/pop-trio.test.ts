/** A trained network of several instruments: what the small random ones cannot show, that the music makes sense. */
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  ARRIVAL_9772,
  type ArrivalNote,
  arrivalScore,
  readMidi,
  type Score,
  writeMidi,
} from "../../../encoding/index.ts";
import type { BandModel } from "../../../src/music/index.ts";
import { loadBandModel } from "../../../src/platform/node/index.ts";
import { scoreBandPiece } from "../../../src/tools/evaluate/index.ts";
import { randomFractions } from "../../random-numbers.ts";

const FOLDER = fileURLToPath(new URL("pop-trio/", import.meta.url));
const [PIANO, STRINGS, FLUTE] = ARRIVAL_9772.instruments as [number, number, number];
/** Steps of 10 ms in a quarter. */
const QUARTER = 60;
const SECONDS = 10;
const SAMPLING = { seed: 1, topP: 0.8 };

let band: BandModel;
beforeAll(async () => {
  band = await loadBandModel(FOLDER, { backend: "node" });
});
afterAll(() => band.dispose());

const note = (
  instrument: number,
  quarter: number,
  quarters: number,
  pitch: number,
  velocity: number,
): ArrivalNote => ({
  kind: "note",
  onsetStep: quarter * QUARTER,
  durationSteps: quarters * QUARTER - 5,
  pitch,
  instrument,
  velocity,
  isControl: false,
});

/** Beethoven's Ode to Joy: the melody, a second voice below it, and a broken chord for each bar. */
const MELODY = [76, 76, 77, 79, 79, 77, 76, 74, 72, 72, 74, 76, 76, 74, 74, 74];
const CHORDS = [48, 43, 48, 43];
const melody = MELODY.map((pitch, quarter) => note(FLUTE, quarter, 1, pitch, 90));
const second = MELODY.flatMap((pitch, quarter) =>
  quarter % 2 ? [] : [note(STRINGS, quarter, 2, pitch - 9, 60)],
);
const accompaniment = CHORDS.flatMap((root, bar) =>
  [0, 7, 12, 16, 12, 7, 12, 7].map((above, eighth) =>
    note(PIANO, 4 * bar + eighth / 2, 0.5, root + above, 70),
  ),
);
const ODE = [...melody, ...second, ...accompaniment];

const instrumentsOf = (score: Pick<Score, "notes">): number[] =>
  [...new Set(score.notes.map(({ program, isPercussion }) => (isPercussion ? 128 : program)))].toSorted(
    (a, b) => a - b,
  );

function expectSane(notes: Score["notes"]): void {
  expect(notes.filter(({ isPercussion }) => isPercussion)).toEqual([]);
  for (const { pitch, startSeconds, endSeconds } of notes) {
    expect(pitch).toBeGreaterThanOrEqual(21);
    expect(pitch).toBeLessThanOrEqual(108);
    expect(endSeconds).toBeGreaterThan(startSeconds);
  }
}

describe("a model of three instruments", () => {
  it("expects real music far more than chance, and more than the same notes at other pitches", async () => {
    const { nats, ids } = await scoreBandPiece(band, arrivalScore(ODE));
    const random = randomFractions(7);
    const shuffled = ODE.map((each) => ({ ...each, pitch: 36 + Math.floor(random() * 60) }));
    const other = await scoreBandPiece(band, arrivalScore(shuffled));
    // Chance within each position: 4000 onsets, 500 durations, 385 notes.
    const chance = (Math.log(4000) + Math.log(500) + Math.log(385)) / 3;
    expect(nats / ids).toBeLessThan(chance - 2);
    expect(nats / ids).toBeLessThan(other.nats / other.ids - 0.3);
  });

  it("makes a new piece, in which all three sound", async () => {
    const { score, notes } = await band.generate({ seconds: SECONDS, ...SAMPLING });
    expect(instrumentsOf(score)).toEqual([PIANO, STRINGS, FLUTE]);
    expectSane(score.notes);
    expect(notes / SECONDS).toBeGreaterThan(2);
    expect(notes / SECONDS).toBeLessThan(40);
    const read = readMidi(writeMidi(score));
    expect(read.notes).toHaveLength(notes);
    expect(instrumentsOf(read)).toEqual([PIANO, STRINGS, FLUTE]);
  });

  it("accompanies a melody with the other instruments", async () => {
    const options = { instruments: new Set([PIANO, STRINGS]), ...SAMPLING };
    const { score, notes } = await band.accompany(arrivalScore(melody), options);
    const added = score.notes.filter(({ program }) => program !== FLUTE);
    expect(score.notes.length - added.length).toBe(MELODY.length);
    expect(added).toHaveLength(notes);
    expect(notes).toBeGreaterThan(8);
    expect([PIANO, STRINGS]).toEqual(expect.arrayContaining(instrumentsOf({ notes: added })));
    expectSane(score.notes);
  });

  it("fills in two bars between the others", async () => {
    const [fromSeconds, toSeconds] = [4 * 0.6, 12 * 0.6];
    const { score, notes } = await band.infill(arrivalScore(ODE), { fromSeconds, toSeconds, ...SAMPLING });
    const isInside = ({ startSeconds }: Score["notes"][number]): boolean =>
      startSeconds >= fromSeconds - 0.001 && startSeconds < toSeconds - 0.001;
    const inside = score.notes.filter(isInside);
    expect(inside).toHaveLength(notes);
    expect(notes).toBeGreaterThan(8);
    expect(score.notes.length - inside.length).toBe(8 + 4 + 16);
    expectSane(score.notes);
  });
});
