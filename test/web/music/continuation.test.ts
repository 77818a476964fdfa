import { describe, expect, it } from "vitest";
import type { ArrivalEventsOptions, ArrivalSetting, GeneratedArrival } from "../../../src/music/index.ts";
import { BandPiece } from "../../../web/music/band-piece.ts";
import { continuation } from "../../../web/music/continuation.ts";
import { accompany, infill } from "../../../web/music/generated-parts.ts";

const SAMPLES: GeneratedArrival["samples"] = [{ id: 0 }, { id: 0 }, { id: 0 }];

/** A model that plays C5 on the flute every second. */
class FakeBand {
  readonly asked: { setting: ArrivalSetting; options: ArrivalEventsOptions }[] = [];

  async *events(setting: ArrivalSetting, options: ArrivalEventsOptions): AsyncGenerator<GeneratedArrival> {
    this.asked.push({ setting, options });
    for (let onsetStep = setting.startStep; onsetStep < setting.endStep; onsetStep += 100) {
      yield {
        event: { kind: "note", onsetStep, durationSteps: 150, pitch: 72, instrument: 73, isControl: false },
        samples: SAMPLES,
      };
    }
  }
}

/** A piano note each second, 4 in all. */
function primer(): BandPiece {
  const piece = new BandPiece();
  for (const onsetStep of [0, 100, 200, 300]) {
    const note = {
      onsetStep,
      durationSteps: 100,
      pitch: 60,
      instrument: 0,
      velocity: 80,
      isControl: false,
    } as const;
    piece.push({ kind: "note", ...note }, "primer");
  }
  return piece;
}

const { signal } = new AbortController();
const summary = (piece: BandPiece | undefined): string[] | undefined =>
  piece?.notes.map(
    (note) => `${note.origin} ${note.pitch} ${note.startSeconds}–${note.endSeconds} ${note.velocity}`,
  );

it("continues several instruments behind the end of the user's music", async () => {
  const [band, piece] = [new FakeBand(), primer()];
  for await (const next of continuation(piece, band, { options: { seed: 3 }, seconds: 2, signal }))
    next.push();
  expect(summary(piece)?.slice(4)).toEqual(["generated 72 4–5.5 80", "generated 72 5–6.5 80"]);
  expect(band.asked[0]?.setting).toMatchObject({ controls: [], startStep: 400, endStep: 600 });
  expect(band.asked[0]?.setting.prompt).toHaveLength(4);
  for await (const next of continuation(piece, band, { options: { seed: 3 }, seconds: 1, signal }))
    next.push();
  expect(band.asked[1]?.options, "the random numbers go on").toMatchObject({ seed: 3, randomStep: 6 });
});

describe("parts of several instruments", () => {
  it("accompanies the user's music, and ends with it", async () => {
    const { piece, place } = await accompany(new FakeBand(), primer(), { seed: 1 });
    expect(piece).toBeInstanceOf(BandPiece);
    expect(
      summary(piece instanceof BandPiece ? piece : undefined)?.filter((text) => text.startsWith("g")),
    ).toEqual([
      "generated 72 0–1.5 80",
      "generated 72 1–2.5 80",
      "generated 72 2–3.5 80",
      "generated 72 3–4 80",
    ]);
    expect(place).toEqual({ name: "accompaniment", forkSeconds: 0, partSeed: 1 });
  });

  it("fills in a region with the instruments of the piece, around which nothing changes", async () => {
    const band = new FakeBand();
    const region = { fromSeconds: 1, toSeconds: 3 };
    const { piece, place } = await infill(band, primer(), region, { seed: 2 });
    expect(summary(piece instanceof BandPiece ? piece : undefined)).toEqual([
      "primer 60 0–1 80",
      "infilled 72 1–2.5 80",
      "infilled 72 2–3 80",
      "primer 60 3–4 80",
    ]);
    const [asked] = band.asked;
    expect(asked?.setting.prompt.map(({ onsetStep }) => onsetStep)).toEqual([0]);
    expect(asked?.setting.controls.map(({ onsetStep }) => onsetStep)).toEqual([300]);
    expect(asked?.options.instruments).toEqual(new Set([0]));
    expect(place).toMatchObject({ name: "0:01–0:03", forkSeconds: 1, joinSeconds: 3 });
  });
});
