import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import {
  assembleScore,
  encodePerformance,
  type Note,
  PERFORMANCE_388,
  readMidi,
  SCORE_2_PERF,
  scoreFromNotes,
  writeMidi,
} from "../../encoding/index.ts";
import { runCli } from "./run-cli.ts";

const NOTES: readonly Note[] = [
  { pitch: 60, velocity: 80, startSeconds: 1, endSeconds: 2.25 },
  { pitch: 64, velocity: 80, startSeconds: 1.5, endSeconds: 2.25 },
  { pitch: 67, velocity: 100, startSeconds: 2, endSeconds: 2.25 },
];
const IDS = [...encodePerformance(NOTES, PERFORMANCE_388)];

let folder = "";
let file = "";

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "ostinato-encode-"));
  file = join(folder, "in.mid");
  writeFileSync(file, writeMidi(scoreFromNotes(NOTES)));
});

describe("ostinato encode", () => {
  it("writes the vocabulary's name and the ids, to a file or a pipe", async () => {
    const expected = { vocabulary: "performance-388", ids: IDS };
    const out = join(folder, "ids.json");
    expect((await runCli(["encode", file, "--out", out])).code).toBe(0);
    expect(JSON.parse(readFileSync(out, "utf8"))).toEqual(expected);
    const piped = await runCli(["encode", "-"], { stdin: readFileSync(file) });
    expect(JSON.parse(piped.stdout)).toEqual(expected);
  });

  it("removes the silence before the first note only with --trim, and says so", async () => {
    const { stdout, stderr } = await runCli(["encode", file, "--trim"]);
    expect(JSON.parse(stdout).ids).toEqual(IDS.slice(1));
    expect(stderr).toContain("1.00 s of silence");
  });

  it("reads as note-seq with --compatibility: a pedal acts on its own track only", async () => {
    const ticks = { division: { kind: "quarter", ticksPerQuarter: 500 } } as const;
    const message = (tick: number, status: number, data1: number, data2: number) =>
      ({ kind: "channel", tick, status, data1, data2 }) as const;
    const notes = [message(0, 0x90, 60, 80), message(250, 0x80, 60, 0)];
    const pedal = [message(0, 0xb0, 64, 127), message(1000, 0xb0, 64, 0)];
    const score = assembleScore(ticks.division, [
      { name: "", events: notes, endTick: 250 },
      { name: "", events: pedal, endTick: 1000 },
    ]);
    writeFileSync(file, writeMidi(score));
    const events = async (...flags: string[]): Promise<string[]> =>
      (await runCli(["encode", file, "--events", ...flags])).stdout.trim().split("\n");
    expect(await events()).toEqual([
      "VELOCITY 20 77–80",
      "NOTE_ON 60 C4",
      "TIME_SHIFT 1.00 s",
      "NOTE_OFF 60 C4",
    ]);
    const [, , shift] = await events("--compatibility", "note-seq");
    expect(shift).toBe("TIME_SHIFT 0.25 s");
    expect((await runCli(["encode", file, "--compatibility", "other"])).code).toBe(2);
  });

  it("writes readable events", async () => {
    const { stdout } = await runCli(["encode", file, "--events"]);
    expect(stdout.split("\n")).toEqual([
      "TIME_SHIFT 1.00 s",
      "VELOCITY 20 77–80",
      "NOTE_ON 60 C4",
      "TIME_SHIFT 0.50 s",
      "NOTE_ON 64 E4",
      "TIME_SHIFT 0.50 s",
      "VELOCITY 25 97–100",
      "NOTE_ON 67 G4",
      "TIME_SHIFT 0.25 s",
      "NOTE_OFF 60 C4",
      "NOTE_OFF 64 E4",
      "NOTE_OFF 67 G4",
      "",
    ]);
  });

  it("writes a one-hot matrix as .npy", async () => {
    const { stdoutBytes } = await runCli(["encode", file, "--one-hot"]);
    expect(stdoutBytes.subarray(0, 8)).toEqual(Buffer.from([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0]));
    const dataStart = 10 + stdoutBytes.readUInt16LE(8);
    expect(dataStart % 64).toBe(0);
    const header = stdoutBytes.subarray(10, dataStart).toString();
    expect(header.trim()).toBe("{'descr': '|u1', 'fortran_order': False, 'shape': (12, 388), }");
    expect(header.endsWith("\n")).toBe(true);
    const rows = Array.from({ length: 12 }, (_, i) =>
      stdoutBytes.subarray(dataStart + i * 388).subarray(0, 388),
    );
    expect(rows.map((row) => row.indexOf(1))).toEqual(IDS);
    expect(rows.map((row) => row.reduce((sum, value) => sum + value, 0))).toEqual(IDS.map(() => 1));
  });

  it("encodes selected tracks only, and reports omitted notes", async () => {
    const one = scoreFromNotes(NOTES.slice(0, 2), "low");
    const two = scoreFromNotes(NOTES.slice(2), "high");
    const drums = scoreFromNotes(NOTES.slice(0, 1), "drums").tracks.map((track) => ({
      ...track,
      events: track.events.map((event) =>
        event.kind === "channel" ? { ...event, status: event.status | 9 } : event,
      ),
    }));
    writeFileSync(file, writeMidi(assembleScore(one.division, [...one.tracks, ...two.tracks, ...drums])));
    const all = await runCli(["encode", file]);
    expect(JSON.parse(all.stdout).ids).toEqual(IDS);
    expect(all.stderr).toContain("1 note of percussion omitted");
    const high = await runCli(["encode", file, "--tracks", "1"]);
    expect(JSON.parse(high.stdout).ids).toEqual([...encodePerformance(NOTES.slice(2), PERFORMANCE_388)]);
    expect((await runCli(["encode", file, "--tracks", "high"])).code).toBe(2);
    const none = await runCli(["encode", file, "--tracks", "7"]);
    expect(none.code).toBe(1);
    expect(none.stderr).toMatch(/the selection has no notes — the file has/);
  });

  it("omits notes outside the pitch range of the vocabulary, and says so", async () => {
    const low = NOTES.map((note, index) => (index === 0 ? { ...note, pitch: 20 } : note));
    writeFileSync(file, writeMidi(scoreFromNotes(low)));
    const { stdout, stderr, code } = await runCli(["encode", file, "--vocabulary", "score2perf"]);
    expect(code).toBe(0);
    expect(JSON.parse(stdout).ids).toEqual([...encodePerformance(NOTES.slice(1), SCORE_2_PERF)]);
    expect(stderr).toContain("1 note omitted whose pitch is not in score2perf");
  });

  it("refuses an unknown vocabulary and two output formats at once", async () => {
    expect((await runCli(["encode", file, "--vocabulary", "words"])).code).toBe(2);
    expect((await runCli(["encode", file, "--events", "--one-hot"])).code).toBe(2);
  });
});

describe("ostinato decode", () => {
  it("restores the encoded notes", async () => {
    const out = join(folder, "out.mid");
    const ids = (await runCli(["encode", file])).stdoutBytes;
    expect((await runCli(["decode", "-", "--out", out], { stdin: ids })).code).toBe(0);
    const notes = readMidi(readFileSync(out)).notes.map((note) => [
      note.pitch,
      note.startSeconds,
      note.endSeconds,
    ]);
    expect(notes).toEqual(NOTES.map((note) => [note.pitch, note.startSeconds, note.endSeconds]));
  });

  it.each([
    { text: "no json", says: /is not JSON/ },
    { text: '{"ids":[1]}', says: /has no "vocabulary" and "ids"/ },
    {
      text: '{"vocabulary":"words","ids":[1]}',
      says: /unknown vocabulary "words" — known vocabularies: performance-388/,
    },
    {
      text: '{"vocabulary":"performance-388","ids":[1,999]}',
      says: /-: 999 at position 1 is not an id of "performance-388"/,
    },
    { text: '{"vocabulary":"performance-388","ids":[1,"two"]}', says: /-: "two" at position 1 is not an id/ },
  ])("refuses $text", async ({ text, says }) => {
    const { code, stderr } = await runCli(["decode", "-", "--out", join(folder, "out.mid")], {
      stdin: new TextEncoder().encode(text),
    });
    expect(code).toBe(1);
    expect(stderr).toMatch(says);
    expect(readdirSync(folder)).toEqual(["in.mid"]);
  });
});

describe("ostinato inspect", () => {
  it("shows the facts of a file and a piano roll", async () => {
    const { stdout, code } = await runCli(["inspect", file]);
    expect(code).toBe(0);
    expect(stdout).toContain("3 notes");
    expect(stdout).toContain("120.0 quarters a minute");
    expect(stdout).toContain("C4 to G4");
    expect(stdout).toMatch(/[\u2801-\u28ff]/);
  });

  it("prints the facts as JSON", async () => {
    const { stdout } = await runCli(["inspect", file, "--json"]);
    expect(JSON.parse(stdout)).toMatchObject({
      path: file,
      seconds: 2.25,
      notes: 3,
      ids: IDS.length,
      firstNoteSeconds: 1,
      pedalPresses: 0,
      tracks: [
        {
          index: 0,
          instruments: [{ channel: 0, program: 0, isDrums: false, notes: 3, lowest: "C4", highest: "G4" }],
        },
      ],
      warnings: [],
    });
  });
});
