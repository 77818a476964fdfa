import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readMidi, type Score, writeMidi } from "../../../encoding/index.ts";
import type { Decoder } from "../../../src/engine/index.ts";
import { BandModel } from "../../../src/music/arrival/band-model.ts";
import { goldenBytes } from "../../encoding/arrival/golden.ts";
import { type Message, midiFile } from "../../encoding/arrival/midi-file.ts";
import { loadNetwork } from "./network.ts";

let decoder: Decoder;
let band: BandModel;

beforeAll(async () => {
  decoder = await loadNetwork();
  band = new BandModel(decoder);
});

afterAll(() => decoder.dispose());

/** 439 notes of six instruments. */
const PIECE = "12-band-of-six.mid";
const piece = (): Score => readMidi(goldenBytes(PIECE));

const SAMPLING = { seed: 5, topP: 0.95 };

/** The given notes: times in seconds, since new notes may need a finer division of the quarter. */
const givenNotes = (score: Score, before: Score): string[] =>
  score.notes
    .filter(({ track }) => track < before.tracks.length)
    .map(
      (note) =>
        `${note.track} ${note.pitch} ${note.velocity} ${note.startSeconds.toFixed(6)} ${note.endSeconds.toFixed(6)}`,
    );

/** The chunks of the tracks of a file. */
function trackChunks(bytes: Uint8Array): Buffer[] {
  const chunks: Buffer[] = [];
  const file = Buffer.from(bytes);
  for (let at = 14; at < file.length; at += 8 + file.readUInt32BE(at + 4))
    chunks.push(file.subarray(at, at + 8 + file.readUInt32BE(at + 4)));
  return chunks;
}

describe("what was given", () => {
  const tasks: readonly (readonly [string, (score: Score) => Promise<{ readonly score: Score }>])[] = [
    ["generate", (primer) => band.generate({ primer, seconds: 1, ...SAMPLING })],
    ["accompany", (score) => band.accompany(score, { instruments: new Set([32]), ...SAMPLING })],
    // No note begins there.
    ["infill", (score) => band.infill(score, { fromSeconds: 3.58, toSeconds: 3.6, ...SAMPLING })],
  ];

  it.each(tasks)("keeps its bytes: %s", async (_, run) => {
    const given = goldenBytes("02-three-programs-format1.mid");
    const before = trackChunks(given);
    const { score } = await run(readMidi(given));
    expect(before).toHaveLength(4);
    expect(trackChunks(writeMidi(score)).slice(0, before.length)).toEqual(before);
  });
});

describe("velocities of new notes", () => {
  /** Bass softer than drums; a note each second. */
  const duo = (): Score => {
    const [bass, drums] = [0, 9].map((channel) => {
      const notes = Array.from({ length: 4 }, (_, i): Message[] => [
        [0x90 | channel, i * 1000, 40, channel === 9 ? 100 + i : 30 + i],
        [0x80 | channel, i * 1000 + 500, 40, 0],
      ]);
      return [[0xc0 | channel, 0, channel === 9 ? 0 : 32, 0], ...notes.flat()] satisfies Message[];
    });
    return readMidi(midiFile(bass!, drums!));
  };

  it.each([
    ["their instrument's", 32, [32]],
    ["their instrument's, drums", 128, [102]],
    // A running mean over both instruments.
    ["all notes', of an instrument that is new", 73, [67]],
  ])("are the mean of %s neighbors", async (_, instrument, expected) => {
    const before = duo();
    const { score, velocities } = await band.generate({
      primer: before,
      seconds: 1,
      instruments: new Set([instrument]),
      ...SAMPLING,
    });
    expect(velocities).toBe("neighbors");
    const added = score.notes.filter(({ track }) => track >= before.tracks.length);
    expect([...new Set(added.map(({ velocity }) => velocity))]).toEqual(expected);
  });

  it("are 72 in a piece that begins with nothing, which is told", async () => {
    const { score, velocities } = await band.generate({ seconds: 2, ...SAMPLING });
    expect(velocities).toBe("default");
    expect(new Set(score.notes.map(({ velocity }) => velocity))).toEqual(new Set([72]));
  });
});

describe("BandModel.generate", () => {
  it("makes a new piece: a track an instrument, the same for the same seed", async () => {
    const { score, notes, events, seed } = await band.generate({ seconds: 4, ...SAMPLING });
    expect(seed).toBe(5);
    expect(score.notes).toHaveLength(notes);
    expect(notes).toBeGreaterThan(4);
    expect(events % 3).toBe(0);
    const programs = score.tracks.map((_, track) => {
      const own = score.notes.filter((note) => note.track === track);
      return new Set(own.map(({ program, isPercussion }) => (isPercussion ? 128 : program)));
    });
    expect(programs.every((own) => own.size === 1)).toBe(true);
    expect(Math.max(...score.notes.map(({ endSeconds }) => endSeconds))).toBeLessThanOrEqual(4);
    const again = await band.generate({ seconds: 4, ...SAMPLING });
    expect(writeMidi(again.score)).toEqual(writeMidi(score));
  });

  it("continues a piece: what was given stays, new notes begin at its end", async () => {
    const before = piece();
    const { score, notes } = await band.generate({ primer: before, seconds: 3, ...SAMPLING });
    expect(givenNotes(score, before)).toEqual(givenNotes(before, before));
    const added = score.notes.filter(({ track }) => track >= before.tracks.length);
    expect(added).toHaveLength(notes);
    const starts = added.map(({ startSeconds }) => startSeconds);
    expect(Math.min(...starts)).toBeGreaterThanOrEqual(before.durationSeconds - 0.01);
    expect(Math.max(...starts)).toBeLessThan(before.durationSeconds + 3);
    // Velocities are those of the neighbors, not the authors' 72.
    const given = before.notes.map(({ velocity }) => velocity);
    for (const { velocity } of added) {
      expect(velocity).toBeGreaterThanOrEqual(Math.min(...given));
      expect(velocity).toBeLessThanOrEqual(Math.max(...given));
    }
  });

  it("continues from within a piece with primerSeconds", async () => {
    const options = { primer: piece(), primerSeconds: 6, seconds: 2, ...SAMPLING };
    const { score } = await band.generate(options);
    const first = piece().notes[0]?.startSeconds ?? 0;
    expect(Math.max(...score.notes.map(({ startSeconds }) => startSeconds))).toBeLessThan(first + 8);
    const alone = await band.generate({ ...options, continuationOnly: true });
    expect(alone.score.notes.length).toBe(alone.notes);
  });

  it("plays the chosen instruments only", async () => {
    const { score } = await band.generate({ seconds: 4, instruments: new Set([33, 128]), ...SAMPLING });
    const programs = score.notes.map(({ program, isPercussion }) => (isPercussion ? 128 : program));
    expect([...new Set(programs)].every((program) => program === 33 || program === 128)).toBe(true);
  });

  it("refuses a piece without notes, and no seconds", async () => {
    const empty = { ...piece(), notes: [] };
    await expect(band.generate({ primer: empty, seconds: 1 })).rejects.toMatchObject({ code: "no-notes" });
    await expect(band.generate({ seconds: 0 })).rejects.toMatchObject({ name: "OptionError" });
  });
});

describe("BandModel.accompany", () => {
  it("adds parts to what was given, which stays the same", async () => {
    const before = readMidi(goldenBytes("02-three-programs-format1.mid"));
    const { score, notes, seconds } = await band.accompany(before, SAMPLING);
    expect(givenNotes(score, before)).toEqual(givenNotes(before, before));
    expect(score.notes.length).toBe(before.notes.length + notes);
    expect(seconds).toBe(3.6);
  });
});

describe("BandModel.infill", () => {
  it("replaces the notes that begin in a region", async () => {
    const before = piece();
    const inside = before.notes.filter(({ startSeconds }) => startSeconds >= 10 && startSeconds < 13);
    const { score, notes } = await band.infill(before, { fromSeconds: 10, toSeconds: 13, ...SAMPLING });
    expect(score.notes.length).toBe(before.notes.length - inside.length + notes);
    const added = score.notes.filter(({ track }) => track >= before.tracks.length);
    expect(added.every(({ startSeconds }) => startSeconds >= 10 && startSeconds < 13)).toBe(true);
  });

  it("replaces the notes of chosen tracks, with their instruments", async () => {
    const before = piece();
    const program = before.notes[0]?.program ?? 0;
    const isChosen = (note: { program: number; isPercussion: boolean }): boolean => note.program === program;
    const options = { fromSeconds: 10, toSeconds: 13, tracks: { programs: [program] }, ...SAMPLING };
    const { score } = await band.infill(before, options);
    const others = (notes: Score["notes"]): number => notes.filter((note) => !isChosen(note)).length;
    expect(others(score.notes)).toBe(others(before.notes));
  });
});

describe("BandModel.continue", () => {
  it("yields the notes of generate, with their samples", async () => {
    const notes = [];
    for await (const note of band.continue(piece(), { seconds: 3, candidates: 3, ...SAMPLING }))
      notes.push(note);
    const { notes: count } = await band.generate({ primer: piece(), seconds: 3, ...SAMPLING });
    expect(notes).toHaveLength(count);
    expect(notes[0]?.samples.map(({ candidates }) => candidates?.length)).toEqual([3, 3, 3]);
  });
});
