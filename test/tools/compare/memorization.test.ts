import { describe, expect, it } from "vitest";
import { TrainingNotes } from "../../../src/tools/compare/memorization.ts";
import { stepKeys } from "../../../src/tools/compare/match-criterion.ts";
import type { GridNote } from "../../../src/tools/compare/windows.ts";
import { randomNumbers } from "../../random-numbers.ts";
import { grid } from "./notes.ts";

function randomPiece(seed: number, notes: number, pitches: number): GridNote[] {
  const random = randomNumbers(seed);
  let step = 0;
  const pairs = Array.from({ length: notes }, () => {
    step += [0, 5, 30, 50][random(4)] ?? 0;
    return [60 + random(pitches), step] as const;
  });
  return grid(...pairs).sort((a, b) => a.startStep - b.startStep || a.pitch - b.pitch);
}

const moved = (notes: readonly GridNote[], semitones: number, steps: number): GridNote[] =>
  notes.map((note) => ({
    pitch: note.pitch + semitones,
    velocity: 20,
    program: 0,
    startStep: note.startStep + steps,
    endStep: note.startStep + steps + 3,
  }));

/** Compares all pairs of positions. */
function slowLongest(notes: readonly GridNote[], pieces: readonly (readonly GridNote[])[]): number {
  const ours = stepKeys(notes);
  let best = 0;
  for (const theirs of pieces.map(stepKeys)) {
    for (let a = 0; a < ours.length; a += 1) {
      for (let b = 0; b < theirs.length; b += 1) {
        let length = 0;
        while (
          a + length < ours.length &&
          b + length < theirs.length &&
          ours[a + length] === theirs[b + length]
        )
          length += 1;
        best = Math.max(best, length);
      }
    }
  }
  return best === 0 ? Math.min(1, notes.length) : best + 1;
}

function indexOf(pieces: ReadonlyMap<string, readonly GridNote[]>) {
  const training = new TrainingNotes();
  for (const [path, notes] of pieces) training.add(path, notes);
  return training.index(1000);
}

describe("the longest shared run", () => {
  const pieces = new Map([
    ["a.mid", randomPiece(1, 300, 40)],
    ["b.mid", randomPiece(2, 300, 40)],
    ["c.mid", randomPiece(3, 5, 40)],
  ]);

  it("is found transposed, at another time, and with other velocities and durations", () => {
    const stolen = moved((pieces.get("b.mid") ?? []).slice(100, 125), -7, 40);
    const music = [
      ...randomPiece(9, 50, 40),
      ...moved(stolen, 0, 5000),
      ...moved(randomPiece(10, 50, 40), 0, 20_000),
    ];
    const run = indexOf(pieces).longestSharedRun(music);
    expect(run.notes).toBeGreaterThanOrEqual(25);
    expect(run.notes).toBeLessThan(29);
    expect(run.at).toBeGreaterThan(46);
    expect(run.at).toBeLessThanOrEqual(50);
    expect(run.found?.path).toBe("b.mid");
    const at = Math.round((run.found?.startSeconds ?? 0) * 100);
    expect(
      pieces
        .get("b.mid")
        ?.slice(96, 101)
        .map((note) => note.startStep),
    ).toContain(at);
  });

  it("agrees with a comparison of all pairs of positions", () => {
    const index = indexOf(pieces);
    for (let seed = 20; seed < 40; seed += 1) {
      const music = randomPiece(seed, 60, seed < 30 ? 40 : 3);
      expect(index.longestSharedRun(music).notes).toBe(slowLongest(music, [...pieces.values()]));
    }
  });

  it("does not cross from one piece into the next", () => {
    const halves = new Map([
      ["1.mid", grid([60, 0], [62, 50], [64, 100])],
      ["2.mid", grid([66, 150], [68, 200], [70, 250])],
    ]);
    const scale = grid([60, 0], [62, 50], [64, 100], [66, 150], [68, 200], [70, 250]);
    expect(indexOf(halves).longestSharedRun(scale)).toMatchObject({ notes: 3, at: 0 });
  });

  it("is at most one note where no two consecutive notes match, and 0 without notes", () => {
    const index = indexOf(new Map([["1.mid", grid([60, 0], [62, 50])]]));
    expect(index.longestSharedRun(grid([60, 0], [59, 50]))).toEqual({ notes: 1, at: 0 });
    expect(index.longestSharedRun([])).toEqual({ notes: 0, at: 0 });
  });
});

describe("stepKeys", () => {
  it("are equal for the same interval in the same class of time", () => {
    const key = (pitch: number, step: number): number | undefined =>
      stepKeys(grid([60, 0], [pitch, step]))[0];
    expect(key(64, 18)).toBe(key(64, 39));
    expect(key(64, 18)).not.toBe(key(64, 17));
    expect(key(64, 18)).not.toBe(key(64, 40));
    expect(key(64, 18)).not.toBe(key(56, 18));
    expect(stepKeys(grid([0, 0], [127, 9999], [0, 9999]))).toEqual(Uint16Array.of(1 + 254 * 7 + 6, 1));
  });
});
