import { describe, expect, it } from "vitest";
import { compareMusic, findSharedRuns, type Piece } from "../../../src/tools/compare/compare.ts";
import { TrainingNotes } from "../../../src/tools/compare/memorization.ts";
import { cutWindows, type GridNote } from "../../../src/tools/compare/windows.ts";
import { randomNumbers } from "../../random-numbers.ts";
import { grid } from "./notes.ts";

function randomMusic(seed: number, pitches: number): GridNote[] {
  const random = randomNumbers(seed);
  return grid(...Array.from({ length: 200 }, (_, i) => [50 + random(pitches), 25 * i] as const));
}

const piece = (source: string, notes: readonly GridNote[]): Piece => cutWindows(source, notes, 10);
const reference = [1, 2, 3, 4, 5, 6].map((seed) => piece(`${seed}.mid`, randomMusic(seed, 24)));

function figures(generated: readonly Piece[], name: string) {
  const { distributions } = compareMusic(generated, reference);
  const found = distributions.find((candidate) => candidate.name === name);
  if (!found) throw new Error(name);
  return found;
}

describe("compareMusic", () => {
  it("has overlap 1 for the reference with itself, at least that of its halves", () => {
    for (const { name, overlap, divergence, ratio } of compareMusic(reference, reference).distributions) {
      expect(overlap, name).toBeCloseTo(1, 9);
      expect(divergence, name).toBeCloseTo(0, 9);
      expect(ratio, name).toBeGreaterThanOrEqual(1 - 1e-9);
    }
  });

  it("distinguishes pieces of one repeated note by pitch, not by rhythm", () => {
    const monotonous = [piece("one", randomMusic(9, 1))];
    expect(figures(monotonous, "pitch class").ratio).toBeLessThan(0.3);
    expect(figures(monotonous, "pitch class").divergence).toBeGreaterThan(1);
    expect(figures(monotonous, "inter-onset").overlap).toBeCloseTo(1, 9);
  });

  it("describes both sides, counts every note and gives repetition by window", () => {
    const { generated, repetition, distributions } = compareMusic(
      [piece("x", randomMusic(7, 24))],
      reference,
    );
    expect(generated).toEqual({ pieces: 1, windows: 4, notes: 160, seconds: 40 });
    expect(distributions[0]?.generated.reduce((a, b) => a + b)).toBe(160);
    expect(repetition.map(({ length }) => length)).toEqual([4, 8, 16]);
    const repeated = compareMusic([piece("one", randomMusic(9, 1))], reference).repetition[0];
    expect(repeated?.generated.median).toBeGreaterThan(0.9);
    expect(repeated?.reference.p95).toBeLessThan(0.1);
  });

  it("has no split-half baseline for a single piece", () => {
    const { distributions } = compareMusic(reference, reference.slice(0, 1));
    for (const { splitHalf, ratio } of distributions)
      expect([splitHalf, ratio]).toEqual([undefined, undefined]);
  });
});

describe("findSharedRuns", () => {
  it("lists the windows with the longest shared runs, with times in their pieces and in training", () => {
    const training = new TrainingNotes();
    const known = randomMusic(50, 24);
    training.add("known.mid", known);
    const index = training.index(200);
    const music = [
      ...randomMusic(51, 24).slice(0, 40),
      ...known.slice(60, 100).map((note) => ({ ...note, startStep: note.startStep - 500 })),
    ];
    const counted: number[] = [];
    const result = findSharedRuns([piece("new", music)], index, (done) => counted.push(done));
    expect(counted).toEqual([1, 2]);
    expect(result.runs).toHaveLength(2);
    expect(result.runs[0]).toBeLessThan(10);
    expect(result.runs[1]).toBe(40);
    expect(result.max).toBe(40);
    expect(result.longest[0]).toEqual({
      notes: 40,
      at: 0,
      source: "new",
      startSeconds: 10,
      found: { path: "known.mid", startSeconds: 15 },
    });
    expect(result.median).toBe((40 + (result.runs[0] ?? 0)) / 2);
  });
});
