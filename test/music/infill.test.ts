import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Note, readMidi, type Score, scoreFromNotes, writeMidi } from "../../encoding/index.ts";
import { type MusicModel, OptionError, TaskError } from "../../src/index.ts";
import { addedTo, tinyPiano, twoVoices } from "./tiny-piano.ts";

let piano: MusicModel;

beforeAll(async () => {
  piano = await tinyPiano();
});

afterAll(() => piano.dispose());

/** Notes 1–4: one ends before the region of 4–6 s, one in it, one after it, one at its start. */
const ACROSS: readonly Note[] = [
  { pitch: 60, velocity: 80, startSeconds: 3, endSeconds: 3.9 },
  { pitch: 61, velocity: 80, startSeconds: 3, endSeconds: 5.123 },
  { pitch: 62, velocity: 80, startSeconds: 3, endSeconds: 7.5 },
  { pitch: 63, velocity: 80, startSeconds: 3.999, endSeconds: 4.6 },
];
const PIECE = [...twoVoices(13), ...ACROSS];

function outside({ notes }: Score, from: number, to: number) {
  return notes
    .filter(({ track, startSeconds }) => track === 0 && (startSeconds < from || startSeconds >= to))
    .map(({ pitch, velocity, startTick, endTick }) => ({ pitch, velocity, startTick, endTick }));
}

describe("infill", () => {
  it("keeps everything outside the region to the tick and removes the notes inside", async () => {
    const piece = scoreFromNotes(PIECE);
    const { score, notes, seconds } = await piano.infill(piece, { fromSeconds: 4, toSeconds: 6, seed: 1 });
    const read = readMidi(writeMidi(score));
    expect(read.warnings).toEqual([]);
    expect(seconds).toBe(2);
    expect(outside(read, 4, 6)).toEqual(outside(piece, 4, 6));
    expect(
      read.notes.filter(({ track, startSeconds }) => track === 0 && startSeconds >= 4 && startSeconds < 6),
    ).toEqual([]);
    expect(addedTo(piece, read)).toHaveLength(notes);
    expect(notes).toBeGreaterThan(0);
    // Events other than notes stay too.
    const others = ({ tracks }: Score) =>
      tracks[0]?.events.filter((event) => event.kind !== "channel" || (event.status & 0xe0) !== 0x80);
    expect(others(read)).toEqual(others(piece));
  });

  it("generates notes within the region on free keys", async () => {
    const piece = scoreFromNotes(PIECE);
    let written = 0;
    for (let seed = 0; seed < 20; seed += 1) {
      const { score } = await piano.infill(piece, { fromSeconds: 4, toSeconds: 6, seed });
      const added = addedTo(piece, score);
      for (const [index, note] of added.entries()) {
        expect(note.startSeconds).toBeGreaterThanOrEqual(4);
        expect(note.endSeconds).toBeLessThanOrEqual(6);
        expect(note.endSeconds).toBeGreaterThan(note.startSeconds);
        const others = [...PIECE.filter(({ startSeconds }) => startSeconds < 4), ...added.slice(0, index)];
        const isHeld = others.some(
          // On the grid of the model.
          ({ pitch, endSeconds }) =>
            pitch === note.pitch && Math.floor(endSeconds * 100 + 0.5) > Math.round(note.startSeconds * 100),
        );
        expect(isHeld).toBe(false);
        written += 1;
      }
    }
    expect(written).toBeGreaterThan(150);
  });

  it("accepts a region at the start, at the end and off the grid", async () => {
    const piece = scoreFromNotes(PIECE);
    for (const [fromSeconds, toSeconds] of [
      [0, 2],
      [10.5, 14],
      [3.337, 7.771],
      [5, 5.01],
      [0, 12],
    ] as const) {
      const { score } = await piano.infill(piece, { fromSeconds, toSeconds, seed: 3 });
      const [from, to] = [fromSeconds, toSeconds].map((time) => Math.round(time * 100) / 100);
      expect(outside(score, from ?? 0, to ?? 0)).toEqual(outside(piece, from ?? 0, to ?? 0));
      for (const note of addedTo(piece, score)) {
        expect(note.startSeconds).toBeGreaterThanOrEqual((from ?? 0) - 0.0005);
        expect(note.endSeconds).toBeLessThanOrEqual((to ?? 0) + 0.0005);
      }
    }
  });

  it("gives the same result for the same seed", async () => {
    const piece = scoreFromNotes(PIECE);
    const run = async (seed: number) =>
      (await piano.infill(piece, { fromSeconds: 4, toSeconds: 6, seed })).score.notes;
    expect(await run(1)).toEqual(await run(1));
    expect(await run(1)).not.toEqual(await run(2));
  });

  it.each([
    [{ fromSeconds: -1, toSeconds: 2 }, "fromSeconds must be 0 or more, got -1"],
    [{ fromSeconds: 2, toSeconds: 2 }, "toSeconds must be more than fromSeconds"],
    [{ fromSeconds: 2, toSeconds: Number.NaN }, "toSeconds must be more than fromSeconds"],
    [{ fromSeconds: 0, toSeconds: 12.5 }, "a region can be at most 12 s long, this one lasts 12.5 s"],
  ])("rejects %j", async (region, message) => {
    const running = piano.infill(scoreFromNotes(PIECE), region);
    await expect(running).rejects.toThrow(OptionError);
    await expect(running).rejects.toThrow(message);
  });

  it("rejects a piece without notes around the region and a model without the task", async () => {
    const short = scoreFromNotes([{ pitch: 60, velocity: 80, startSeconds: 1, endSeconds: 2 }]);
    await expect(piano.infill(short, { fromSeconds: 0, toSeconds: 3 })).rejects.toThrow(TaskError);
    const other = await tinyPiano([]);
    const running = other.infill(scoreFromNotes(PIECE), { fromSeconds: 4, toSeconds: 6 });
    await expect(running).rejects.toThrow("was not trained to fill regions: its config.json names no tasks");
    await other.dispose();
  });
});
