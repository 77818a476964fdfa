import { existsSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { readMidi, scoreFromNotes, TASKS, writeMidi } from "../../encoding/index.ts";
import { twoVoices } from "../music/tiny-piano.ts";
import { TINY_CONFIG, writeTinyCheckpoint } from "../tiny-checkpoint.ts";
import { type CliResult, runCli } from "./run-cli.ts";

let model = "";
let piece = "";
let out = "";

beforeAll(() => {
  const folder = mkdtempSync(join(tmpdir(), "ostinato-model-"));
  model = writeTinyCheckpoint(folder, { ...TINY_CONFIG, tasks: TASKS });
});

beforeEach(() => {
  const folder = mkdtempSync(join(tmpdir(), "ostinato-tasks-"));
  piece = join(folder, "piece.mid");
  out = join(folder, "out.mid");
  writeFileSync(piece, writeMidi(scoreFromNotes(twoVoices(10))));
});

function run(command: string, ...parameters: readonly string[]): Promise<CliResult> {
  return runCli([command, "--model", model, "--threads", "1", "--out", out, ...parameters]);
}

const readOut = () => readMidi(readFileSync(out));

describe("ostinato accompany", () => {
  it("writes the melody and the accompaniment in a separate track, and says so", async () => {
    const { code, stdout, stderr } = await run("accompany", piece, "--seed", "7", "--json");
    expect(code).toBe(0);
    const { notes } = readMidi(readFileSync(piece));
    const score = readOut();
    expect(score.notes.filter(({ track }) => track === 0)).toEqual(notes);
    const added = score.notes.length - notes.length;
    expect(JSON.parse(stdout)).toMatchObject({ out, seed: 7, notes: added, seconds: 10.1, model });
    expect(stderr).toMatch(/out\.mid: \d+ new notes in 10\.1 s of music, \d+ events, seed 7/);
  });

  it("reads the melody from selected tracks", async () => {
    const { code, stderr } = await run("accompany", piece, "--tracks", "3");
    expect(code).toBe(1);
    expect(stderr).toContain("the selection has no notes");
  });
});

describe("ostinato infill", () => {
  it("replaces the notes of a region", async () => {
    const { code } = await run("infill", piece, "--from", "2.5", "--to", "4", "--seed", "1");
    expect(code).toBe(0);
    const isOutside = ({ startSeconds }: { startSeconds: number }): boolean =>
      startSeconds < 2.5 || startSeconds >= 4;
    const kept = readOut().notes.filter(({ track }) => track === 0);
    const ticks = kept.map(({ startTick, endTick, pitch }) => [startTick, endTick, pitch]);
    const before = readMidi(readFileSync(piece)).notes.filter(isOutside);
    expect(ticks).toEqual(before.map(({ startTick, endTick, pitch }) => [startTick, endTick, pitch]));
  });

  it.each([
    [["--from", "4", "--to", "2"], "--to must be after --from"],
    [["--from", "0", "--to", "13"], "a region can be at most 12 s long"],
    [["--from", "-1", "--to", "2"], "at least 0"],
    [["--to", "2"], "--from"],
  ])("refuses %j", async (parameters, message) => {
    const { code, stderr } = await run("infill", piece, ...parameters);
    expect(code).toBe(2);
    expect(stderr).toContain(message);
    expect(existsSync(out)).toBe(false);
  });
});

describe("ostinato generate with control tokens", () => {
  it("composes an ending in a style and density, and reports the length", async () => {
    const marks = ["--ending", "--style", "pop", "--density", "sparse"];
    const { code, stdout } = await run("generate", "--seconds", "4", "--seed", "2", ...marks, "--json");
    expect(code).toBe(0);
    const last = Math.max(...readOut().notes.map(({ endSeconds }) => endSeconds));
    expect(JSON.parse(stdout).seconds).toBeCloseTo(last, 2);
  });

  it("refuses an unknown style", async () => {
    const { code, stderr } = await run("generate", "--style", "folk");
    expect(code).toBe(2);
    expect(stderr).toContain("pop, classical, roll");
  });
});

it("a model that was not trained for a task is refused, and nothing is written", async () => {
  model = writeTinyCheckpoint(mkdtempSync(join(tmpdir(), "ostinato-model-")));
  const uses: readonly (readonly [string, ...string[]])[] = [
    ["accompany", piece],
    ["infill", piece, "--from", "1", "--to", "2"],
    ["generate", "--ending"],
  ];
  for (const [command, ...parameters] of uses) {
    const { code, stderr } = await run(command, ...parameters);
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /^error: the model was not trained to .*: its config\.json names no tasks — use a model/m,
    );
    expect(existsSync(out)).toBe(false);
  }
});
