import { expect, it } from "vitest";
import type { ArrivalNote } from "../../../encoding/index.ts";
import { BandPiece } from "../../../web/music/band-piece.ts";
import {
  bandBranchWords,
  bandTitle,
  eventIndex,
  neighborIndex,
  pitchIndex,
  placeOf,
} from "../../../web/why/band-places.ts";

const bass = (onsetStep: number, pitch: number): ArrivalNote => ({
  kind: "note",
  onsetStep,
  durationSteps: 40,
  pitch,
  instrument: 32,
  isControl: false,
});

/** A note of the user, a rest, and a note of the model. */
function piece(): BandPiece {
  const music = new BandPiece();
  music.push({ ...bass(0, 36), velocity: 90 }, "primer");
  music.push({ kind: "rest", onsetStep: 100 });
  music.push(bass(150, 40));
  return music;
}

it("numbers the values of notes by threes, and begins with the pitch", () => {
  const music = piece();
  const [first, second] = music.notes;
  expect([pitchIndex(first!), pitchIndex(second!)]).toEqual([2, 8]);
  expect([5, 6, 8].map(eventIndex)).toEqual([1, 2, 2]);
});

it("steps over rests, and stays at both ends", () => {
  const music = piece();
  expect([neighborIndex(music, 8, -1), neighborIndex(music, 6, -1), neighborIndex(music, 2, 1)]).toEqual([
    7, 2, 6,
  ]);
  expect([neighborIndex(music, 0, -1), neighborIndex(music, 8, 1)]).toEqual([0, 8]);
});

it("gives the model the value with all events before its note", () => {
  const music = piece();
  expect(placeOf(music, 7)).toEqual({
    prompt: [
      { ...bass(0, 36), velocity: 90 },
      { kind: "rest", onsetStep: 100 },
    ],
    note: bass(150, 40),
    slot: "duration",
  });
  expect(() => placeOf(music, 4)).toThrow("event 1 is no note");
});

it("says what is explained, and names branches", () => {
  const music = piece();
  expect(bandTitle(music, 8, "E2 on Acoustic Bass")).toBe("Why E2 on Acoustic Bass at 0:01");
  expect(bandTitle(music, 7, "for 0.40 s")).toBe("Why for 0.40 s: E2 on Acoustic Bass at 0:01");
  expect(bandTitle(music, 6, undefined)).toBe("Why E2 on Acoustic Bass at 0:01");
  expect(bandBranchWords(music, 7, "for 0.40 s", "for 0.80 s")).toBe("for 0.40 s → for 0.80 s at 0:01");
});

it("names pitches with flats in flat keys", () => {
  const music = new BandPiece();
  for (const [step, pitch] of [39, 41, 43, 44, 46, 48, 50, 51, 46, 43, 39].entries())
    music.push(bass(50 * step, pitch));
  expect(bandTitle(music, 2, undefined)).toBe("Why E♭2 on Acoustic Bass at 0:00");
});
