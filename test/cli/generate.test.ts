import { existsSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import tonejs from "@tonejs/midi";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { assembleScore, type Note, readMidi, scoreFromNotes, writeMidi } from "../../encoding/index.ts";
import { writeTinyCheckpoint } from "../tiny-checkpoint.ts";
import { type CliResult, runCli, type RunCliOptions } from "./run-cli.ts";

let model = "";
let folder = "";
let out = "";

beforeAll(() => {
  model = writeTinyCheckpoint(mkdtempSync(join(tmpdir(), "ostinato-model-")));
});

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "ostinato-generate-"));
  out = join(folder, "out.mid");
});

const command = (): string[] => ["generate", "--model", model, "--threads", "1"];

function generate(parameters: readonly string[], options: RunCliOptions = {}): Promise<CliResult> {
  return runCli([...command(), ...parameters], options);
}

/** Ten seconds of music: a note every quarter of a second, each overlapping the next. */
function primerNotes(): Note[] {
  return Array.from({ length: 40 }, (_, i) => ({
    pitch: 48 + (i % 12),
    velocity: 50 + i,
    startSeconds: i * 0.25,
    endSeconds: i * 0.25 + 0.6,
  }));
}

function writePrimer(notes: readonly Note[] = primerNotes()): string {
  const path = join(folder, "primer.mid");
  writeFileSync(path, writeMidi(scoreFromNotes(notes)));
  return path;
}

function readOut(): ReturnType<typeof readMidi> {
  return readMidi(readFileSync(out));
}

describe("ostinato generate", () => {
  it("writes variations, each equal to a run with its own seed", async () => {
    const primer = writePrimer();
    const common = [primer, "--seconds", "6", "--continuation-only"];
    const { code, stdout, stderr } = await generate([
      ...common,
      "--variations",
      "3",
      "--seed",
      "5",
      "--json",
      "--out",
      out,
    ]);
    expect(code).toBe(0);
    const paths = [1, 2, 3].map((number) => join(folder, `out-${number}.mid`));
    const lines = stdout
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(lines.map((line) => [line.out, line.seed, line.seconds])).toEqual(
      paths.map((path, i) => [path, 5 + i, 6]),
    );
    expect(stderr).toMatch(/out-2\.mid: 6 s of music, \d+ notes, \d+ events, seed 6/);
    for (const [i, path] of paths.entries()) {
      await generate([...common, "--seed", String(5 + i), "--quiet", "--out", out]);
      expect(readFileSync(path).equals(readFileSync(out))).toBe(true);
    }
  });

  it.each([
    [["--variations", "0"], /whole number of at least 1/],
    [["--variations", "65"], /must be at most 64/],
    [["--variations", "2", "--out", "-"], /--variations writes several files/],
    [["--variations", "2", "--seed", "9007199254740991"], /seed must be/],
  ])("refuses %j", async (parameters, message) => {
    const { code, stderr } = await generate(["--out", out, "--seconds", "1", ...parameters]);
    expect(code).toBeGreaterThan(0);
    expect(stderr).toMatch(message);
    expect(readdirSync(folder)).toEqual([]);
  });

  it("writes a new piece of the requested length that other programs read", async () => {
    const { code, stderr, stdout } = await generate(["--seconds", "8", "--seed", "7", "--out", out]);
    expect(code).toBe(0);
    expect(stdout).toBe("");
    expect(stderr).toMatch(/out\.mid: 8 s of music, \d+ notes, \d+ events, seed 7/);
    const { notes } = readOut();
    expect(notes.length).toBeGreaterThan(5);
    for (const note of notes) expect(note.endSeconds).toBeLessThanOrEqual(8);
    const { Midi } = tonejs;
    const theirs = new Midi(readFileSync(out)).tracks.flatMap((track) => track.notes);
    expect(theirs.map((note) => [note.midi, note.ticks, note.durationTicks])).toEqual(
      notes.map((note) => [note.pitch, note.startTick, note.endTick - note.startTick]),
    );
  });

  it("passes the selected tracks to the model only, and writes the whole primer", async () => {
    const low = scoreFromNotes(primerNotes(), "low");
    const high = scoreFromNotes(
      primerNotes().map((note) => ({ ...note, pitch: note.pitch + 24 })),
      "high",
    );
    const both = assembleScore(low.division, [...low.tracks, ...high.tracks]);
    const [bothPath, highPath] = [join(folder, "both.mid"), join(folder, "high.mid")];
    writeFileSync(bothPath, writeMidi(both));
    writeFileSync(highPath, writeMidi(high));
    const newNotes = (): number[][] =>
      readOut()
        .notes.filter(({ track }) => readOut().tracks[track]?.name === "Continuation")
        .map(({ pitch, velocity, startTick, endTick }) => [pitch, velocity, startTick, endTick]);
    // At a low temperature the output depends on the prompt, at 1 mostly on the seed.
    const options = ["--seconds", "4", "--temperature", "0.2", "--seed", "6", "--out", out];
    const { stderr } = await generate([bothPath, "--tracks", "1", ...options]);
    expect(stderr).toContain("40 notes of other tracks omitted");
    const written = readOut();
    expect(written.tracks.slice(0, 2).map(({ events }) => events)).toEqual(
      readMidi(readFileSync(bothPath)).tracks.map(({ events }) => events),
    );
    const shown = newNotes();
    await generate([highPath, ...options]);
    expect(shown.length).toBeGreaterThan(3);
    expect(shown).toEqual(newNotes());
    await generate([bothPath, ...options]);
    expect(shown).not.toEqual(newNotes());
  });

  it("writes the same file for the same seed, and another for another seed", async () => {
    const bytes: Buffer[] = [];
    for (const seed of ["5", "5", "6"]) {
      await generate(["--seconds", "5", "--seed", seed, "--out", out]);
      bytes.push(readFileSync(out));
    }
    expect(bytes[0]?.equals(bytes[1] ?? Buffer.of())).toBe(true);
    expect(bytes[0]?.equals(bytes[2] ?? Buffer.of())).toBe(false);
  });

  it("does not continue a trill in a loop, except without drift control", async () => {
    const trill = Array.from({ length: 60 }, (_, i) => ({
      pitch: i % 2 === 0 ? 60 : 62,
      velocity: 70,
      startSeconds: i / 8,
      endSeconds: (i + 1) / 8,
    }));
    const primer = writePrimer(trill);
    const write = async (...more: string[]): Promise<Buffer> => {
      const common = [primer, "--seconds", "20", "--seed", "5", "--continuation-only"];
      expect((await generate([...common, "--out", out, ...more])).code).toBe(0);
      return readFileSync(out);
    };
    const [controlled, free] = [await write(), await write("--no-drift-control")];
    expect(controlled.equals(free)).toBe(false);
    expect((await write("--no-drift-control")).equals(free)).toBe(true);
  });

  it("writes the same file on both backends", async () => {
    const bytes: Buffer[] = [];
    for (const backend of ["node", "wasm"]) {
      const { code } = await generate(["--seconds", "5", "--seed", "3", "--out", out], {
        env: { OSTINATO_BACKEND: backend },
      });
      expect(code).toBe(0);
      bytes.push(readFileSync(out));
    }
    expect(bytes[0]?.equals(bytes[1] ?? Buffer.of())).toBe(true);
  });

  it("appends the continuation to the primer, whose notes before the cut stay unchanged", async () => {
    const primer = writePrimer();
    const { code } = await generate([
      primer,
      "--primer-seconds",
      "5",
      "--seconds",
      "4",
      "--seed",
      "1",
      "--out",
      out,
    ]);
    expect(code).toBe(0);
    const { notes, tracks } = readOut();
    const given = readMidi(readFileSync(primer));
    expect(tracks.map((track) => track.name)).toEqual(["Piano", "Continuation"]);
    const kept = notes.filter((note) => note.track === 0);
    const expected = given.notes.filter((note) => note.startSeconds <= 5);
    expect(kept.map((note) => [note.pitch, note.velocity, note.startTick])).toEqual(
      expected.map((note) => [note.pitch, note.velocity, note.startTick]),
    );
    const ended = expected.filter((note) => note.endSeconds < 4.9);
    expect(kept.slice(0, ended.length).map((note) => note.endTick)).toEqual(
      ended.map((note) => note.endTick),
    );
    const added = notes.filter((note) => note.track === 1);
    expect(added.length).toBeGreaterThan(0);
    expect(Math.min(...added.map((note) => note.startSeconds))).toBeGreaterThanOrEqual(4.8);
    expect(Math.max(...notes.map((note) => note.endSeconds))).toBeLessThanOrEqual(9.01);
  });

  it("removes a long silence after the primer, says so, and sets the requested port", async () => {
    const primer = writePrimer();
    const score = readMidi(readFileSync(primer));
    const late = score.tracks.map((track) => ({ ...track, endTick: track.endTick + 60_000 })); // a tick is a millisecond
    writeFileSync(primer, writeMidi(assembleScore(score.division, late)));
    const common = [primer, "--seconds", "3", "--seed", "1", "--out", out];
    const { code, stderr } = await generate([...common, "--port", "2"]);
    expect(code).toBe(0);
    expect(stderr).toMatch(/primer\.mid: 60\.0 s of silence after the last note were removed/);
    const added = readOut().tracks.at(-1)?.events ?? [];
    expect(added).toContainEqual({ kind: "meta", tick: 0, type: 0x21, data: Uint8Array.of(2) });
    expect(readOut().durationSeconds).toBeLessThan(score.durationSeconds + 10);
    expect((await generate([...common, "--port", "128"])).code).toBe(2);
  });

  it("keeps every event of a primer without --primer-seconds", async () => {
    const primer = writePrimer();
    await generate([primer, "--seconds", "3", "--seed", "1", "--out", out]);
    const given = readMidi(readFileSync(primer));
    expect(readOut().tracks[0]?.events).toEqual(given.tracks[0]?.events);
  });

  it("writes the new part only with --continuation-only", async () => {
    const primer = writePrimer();
    await generate([primer, "--continuation-only", "--seconds", "4", "--seed", "1", "--out", out]);
    const { notes, tracks } = readOut();
    expect(tracks).toHaveLength(1);
    expect(notes.length).toBeGreaterThan(0);
    expect(Math.max(...notes.map((note) => note.endSeconds))).toBeLessThanOrEqual(4);
  });

  it("reads stdin and writes stdout", async () => {
    const primer = readFileSync(writePrimer());
    const { code, stdoutBytes } = await generate(["-", "--seconds", "2", "--out", "-"], { stdin: primer });
    expect(code).toBe(0);
    expect(readMidi(stdoutBytes).notes.length).toBeGreaterThan(primerNotes().length);
  });

  it("prints a JSON summary, and nothing else with --quiet", async () => {
    const { stdout, stderr } = await generate([
      "--seconds",
      "3",
      "--seed",
      "2",
      "--out",
      out,
      "--json",
      "--quiet",
    ]);
    expect(stderr).toBe("");
    expect(JSON.parse(stdout)).toEqual({
      out,
      seed: 2,
      events: expect.any(Number),
      notes: readOut().notes.length,
      seconds: 3,
      idsPerSecond: expect.any(Number),
      model,
    });
  });

  it("shows help with examples", async () => {
    const { code, stdout } = await runCli(["generate", "--help"]);
    expect(code).toBe(0);
    expect(stdout).toContain("Examples:");
    expect(stdout).toContain("--top-p");
  });
});

describe("ostinato generate with wrong usage or bad input", () => {
  const midi = Buffer.from(writeMidi(scoreFromNotes(primerNotes())));
  it.each([
    {
      name: "a text file",
      bytes: Buffer.from("Dear Sir or Madam"),
      says: /this is not a MIDI file: expected "MThd" at byte 0/,
    },
    { name: "an empty file", bytes: Buffer.of(), says: /the file is empty/ },
    { name: "a cut file", bytes: midi.subarray(0, 200), says: /claims \d+ bytes, \d+ are left at byte 14/ },
    { name: "a file without notes", bytes: Buffer.from(writeMidi(scoreFromNotes([]))), says: /no notes/ },
  ])("refuses $name as primer with one line", async ({ bytes, says }) => {
    const primer = join(folder, "primer.mid");
    writeFileSync(primer, bytes);
    const { code, stderr, stdout } = await generate([primer, "--seconds", "2", "--out", out]);
    expect(code).toBe(1);
    expect(stderr).toMatch(says);
    expect(stderr).toMatch(/^error: .* — .*\n$/);
    expect(stdout).toBe("");
    expect(readdirSync(folder)).toEqual(["primer.mid"]);
  });

  it("reads a truncated file with --lenient", async () => {
    const primer = join(folder, "primer.mid");
    writeFileSync(primer, midi.subarray(0, 200));
    const { code, stderr } = await generate([primer, "--lenient", "--seconds", "2", "--out", out]);
    expect(code).toBe(0);
    expect(stderr).toContain("dropped");
    expect(readOut().notes.length).toBeGreaterThan(10);
  });

  it.each([
    { parameters: ["--model", "no-such-model"], code: 1, says: /no-such-model does not exist/ },
    { parameters: ["missing.mid"], code: 1, says: /cannot read missing\.mid: it does not exist/ },
    { parameters: ["--top-p", "2"], code: 2, says: /--top-p.*must be a number from 0 to 1, got 2/ },
    { parameters: ["--temperature", "hot"], code: 2, says: /--temperature/ },
    { parameters: ["--seconds", "0"], code: 2, says: /--seconds.*above 0/ },
    { parameters: ["--primer-seconds", "3"], code: 2, says: /--primer-seconds needs a primer/ },
    { parameters: ["--continuation-only"], code: 2, says: /--continuation-only needs a primer/ },
    { parameters: ["--no-such-option"], code: 2, says: /unknown option/ },
    { parameters: ["--json", "--out", "-"], code: 2, says: /both write to stdout/ },
  ])("exits with $code for $parameters", async ({ parameters, code, says }) => {
    const result = await generate(["--seconds", "2", "--out", out, ...parameters]);
    expect(result.stderr).toMatch(says);
    expect(result.code).toBe(code);
    expect(readdirSync(folder)).toEqual([]);
  });

  it("reports an unwritable output before the work", async () => {
    const { code, stderr } = await generate(["--seconds", "2", "--out", join(folder, "none", "out.mid")]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/cannot write to .*none: it does not exist/);
  });

  it.each(["SIGINT", "SIGTERM"] as const)("stops at %s without leaving a file", async (signal) => {
    const parameters = [...command(), "--seconds", "1000", "--out", out];
    const { code, stderr } = await runCli(parameters, { onHeld: (send) => send(signal) });
    expect(stderr, "it was at work").toContain("1 event, ");
    expect(code).toBe(1);
    expect(stderr).toContain(`stopped by ${signal} — nothing was written`);
    expect(existsSync(out)).toBe(false);
    expect(readdirSync(folder)).toEqual([]);
  });
});
