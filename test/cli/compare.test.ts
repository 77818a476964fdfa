import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type Note, scoreFromNotes, writeMidi } from "../../encoding/index.ts";
import { writeTinyCheckpoint } from "../tiny-checkpoint.ts";
import { runCli } from "./run-cli.ts";

let model = "";
let base = "";
let generated = "";
let reference = "";
let out = "";

beforeAll(() => {
  model = writeTinyCheckpoint(mkdtempSync(join(tmpdir(), "ostinato-model-")));
});

beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), "ostinato-compare-"));
  [generated, reference] = [join(base, "generated"), join(base, "reference")];
  out = join(base, "report.html");
  mkdirSync(join(reference, "sub"), { recursive: true });
  mkdirSync(generated);
  writePiece(join(reference, "a.mid"), walk(1));
  writePiece(join(reference, "sub", "b.mid"), walk(2));
  writePiece(join(generated, "x.mid"), walk(3));
});

/** 20 s of notes at pitches that depend on a number. */
function walk(seed: number): Note[] {
  return Array.from({ length: 80 }, (_, i) => ({
    pitch: 48 + ((i * i * seed + i) % 31),
    velocity: 60,
    startSeconds: i * 0.25,
    endSeconds: i * 0.25 + 0.25,
  }));
}

function writePiece(path: string, notes: readonly Note[]): void {
  writeFileSync(path, writeMidi(scoreFromNotes(notes)));
}

function readFigures() {
  return JSON.parse(readFileSync(join(base, "report.json"), "utf8"));
}

describe("ostinato compare", () => {
  it("compares two folders and writes a report and a JSON file with the results", async () => {
    writeFileSync(join(reference, "c.mid"), "no MIDI");
    const { code, stdout, stderr } = await runCli([
      "compare",
      generated,
      reference,
      "--out",
      out,
      "--seconds",
      "5",
    ]);
    expect(stderr).toContain("c.mid: this is not a MIDI file");
    expect(code).toBe(0);
    expect(stdout).toMatch(/^pitch class +overlap 0\.\d+ \(halves of the reference 0\.\d+, ratio \d\.\d+/);
    const figures = readFigures();
    expect(figures.generated).toEqual({ pieces: 1, windows: 4, notes: 80, seconds: 20 });
    expect(figures.reference).toEqual({ pieces: 2, windows: 8, notes: 160, seconds: 40 });
    expect(figures.skipped).toEqual([
      { path: join(reference, "c.mid"), reason: expect.stringContaining("MThd") },
    ]);
    for (const { bins, generated: counts } of figures.distributions) expect(counts).toHaveLength(bins.length);
    expect("illegal" in figures || "memorization" in figures).toBe(false);
    expect(readFileSync(out, "utf8")).toContain("<svg ");
    expect(readdirSync(base).toSorted()).toEqual(["generated", "reference", "report.html", "report.json"]);
  });

  it("finds passages of the training pieces in generated pieces", async () => {
    const train = join(base, "train");
    mkdirSync(train);
    // A third of x.mid, a fourth higher and 3 s later.
    const stolen = walk(3).slice(20, 50);
    writePiece(join(train, "t.mid"), [
      ...walk(5).slice(0, 12),
      ...stolen.map((note) => ({
        ...note,
        pitch: note.pitch + 5,
        startSeconds: note.startSeconds - 2,
        endSeconds: note.endSeconds - 2,
      })),
    ]);
    const { code, stdout } = await runCli([
      "compare",
      generated,
      reference,
      "--train",
      train,
      "--out",
      out,
      "--json",
      "--quiet",
    ]);
    expect(code).toBe(0);
    const figures = readFigures();
    expect(JSON.parse(stdout)).toEqual(figures);
    const { memorization } = figures;
    expect(memorization.trainNotes).toBe(42);
    expect(memorization.generated.max).toBe(30);
    expect(memorization.generated.longest[0]).toMatchObject({
      source: "x.mid",
      startSeconds: 5,
      found: { path: "t.mid", startSeconds: 3 },
    });
    expect(memorization.reference.max).toBeLessThan(15);
  });

  it("generates with consecutive seeds, and counts the ids that the mask blocks", async () => {
    const parameters = [
      "compare",
      reference,
      "--model",
      model,
      "--threads",
      "1",
      "--count",
      "2",
      "--seconds",
      "4",
      "--out",
      out,
    ];
    const { code, stdout } = await runCli([...parameters, "--seed", "7", "--temperature", "0.9"]);
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /illegal choices without the mask: \d+\.\d+ % of \d+ ids \(in the reference 0\.00 %\)/,
    );
    const figures = readFigures();
    expect(figures.generatedFrom).toBe(`${model}, seeds 7 to 8, temperature 0.9`);
    expect(figures.generated.windows).toBe(2);
    expect(figures.illegal.generations).toBe(1);
    expect(figures.illegal.share).toBeGreaterThan(0.2);
    expect(figures.illegal.reference).toEqual({ ids: expect.any(Number), illegal: 0, share: 0 });

    await runCli([...parameters, "--no-drift-control"]);
    expect(readFigures().generatedFrom).toBe(`${model}, seeds 1 to 2, without drift control`);

    // The same pieces from `generate` have the same counts.
    const made = join(base, "made");
    mkdirSync(made);
    for (const seed of ["7", "8"]) {
      const options = [
        "--model",
        model,
        "--threads",
        "1",
        "--seconds",
        "4",
        "--seed",
        seed,
        "--temperature",
        "0.9",
      ];
      await runCli(["generate", ...options, "--out", join(made, `${seed}.mid`)]);
    }
    await runCli(["compare", made, reference, "--seconds", "4", "--out", out]);
    const counts = (all: { distributions: { name: string; generated: number[] }[] }) =>
      all.distributions
        .filter(({ name }) => name === "pitch class")
        .map((distribution) => distribution.generated);
    expect(counts(readFigures())).toEqual(counts(figures));
  });

  it("reads every extension of MIDI files, in upper and lower case", async () => {
    writePiece(join(generated, "y.kar"), walk(4));
    writePiece(join(generated, "z.SMF"), walk(5));
    writePiece(join(generated, "w.MIDI"), walk(6));
    writePiece(join(generated, "v.Rmi"), walk(7));
    writeFileSync(join(generated, "notes.txt"), "no MIDI");
    const run = await runCli(["compare", generated, reference, "--out", out, "--seconds", "5"]);
    expect(run.code).toBe(0);
    expect(run.stderr).not.toContain("skipped");
    expect(readFigures().generated.pieces).toBe(5);
  });

  it.each([
    [["GENERATED", "--out", "OUT"], 2, "expected 2 folders, got 1"],
    [["GENERATED", "REFERENCE", "--model", "piano", "--out", "OUT"], 2, "expected 1 folder, got 2"],
    [["GENERATED", "REFERENCE", "--out", "report.json"], 2, "does not end in .html"],
    [["GENERATED", "REFERENCE", "--out", "OUT", "--top-k", "5"], 2, "--top-k needs --model"],
    [["GENERATED", "REFERENCE", "--out", "OUT", "--no-drift-control"], 2, "--no-drift-control needs --model"],
    [["GENERATED", "REFERENCE", "--out", "OUT", "--count", "5"], 2, "--count needs --model"],
    [["GENERATED", "REFERENCE", "--out", "OUT", "--seconds", "0"], 2, "Must be a number above 0"],
    [["GENERATED", "nowhere", "--out", "OUT"], 1, "cannot read nowhere"],
    [["GENERATED", "REFERENCE", "--out", "none/report.html"], 1, "cannot write to none"],
    [["EMPTY", "REFERENCE", "--out", "OUT"], 1, "no MIDI files with notes"],
  ])("refuses %j", async (parameters, expected, message) => {
    const empty = join(base, "empty");
    mkdirSync(empty);
    writePiece(join(empty, "silence.mid"), []);
    const places: Readonly<Record<string, string>> = {
      GENERATED: generated,
      REFERENCE: reference,
      OUT: out,
      EMPTY: empty,
    };
    const { code, stderr } = await runCli([
      "compare",
      ...parameters.map((parameter) => places[parameter] ?? parameter),
    ]);
    expect(stderr).toContain(message);
    expect(code).toBe(expected);
    expect(existsSync(out)).toBe(false);
  });
});
