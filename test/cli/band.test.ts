/** The commands with a model of several instruments (a small random network of the published shape of ids). */
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeEach, describe, expect, it } from "vitest";
import { readMidi, type Score } from "../../encoding/index.ts";
import { goldenBytes } from "../encoding/arrival/golden.ts";
import { HubServer } from "../platform/node/hub/hub-server.ts";
import { type CliResult, runCli } from "./run-cli.ts";

const MODEL = fileURLToPath(new URL("../models/golden/scaled-float16", import.meta.url));

let out = "";
let band = "";
let trio = "";

beforeEach(() => {
  const folder = mkdtempSync(join(tmpdir(), "ostinato-band-"));
  out = join(folder, "out.mid");
  band = join(folder, "band.mid");
  trio = join(folder, "trio.mid");
  writeFileSync(band, goldenBytes("12-band-of-six.mid"));
  writeFileSync(trio, goldenBytes("02-three-programs-format1.mid"));
});

const readOut = (): Score => readMidi(readFileSync(out));
const read = (path: string): Score => readMidi(readFileSync(path));
const programs = (score: Score): Set<number> =>
  new Set(score.notes.map(({ program, isPercussion }) => (isPercussion ? 128 : program)));

function run(...parameters: readonly string[]): Promise<CliResult> {
  const [command = "", ...more] = parameters;
  return runCli([command, "--model", MODEL, "--threads", "1", "--seed", "5", "--out", out, ...more]);
}

describe("with a model of several instruments", () => {
  it("generate continues a file on tracks of their own", async () => {
    const { code, stdout } = await run("generate", band, "--seconds", "2", "--top-p", "0.98", "--json");
    expect(code).toBe(0);
    const score = readOut();
    const added = score.notes.length - read(band).notes.length;
    expect(JSON.parse(stdout)).toMatchObject({ out, seed: 5, notes: added, seconds: 2, model: MODEL });
    expect(score.tracks.length).toBeGreaterThan(read(band).tracks.length);
  });

  it("generate lets only --instruments play", async () => {
    const { code, stderr } = await run("generate", "--seconds", "3", "--instruments", "acoustic bass,drums");
    expect(code).toBe(0);
    expect(stderr).toContain("all new notes have velocity 72");
    for (const instrument of programs(readOut())) expect([32, 128]).toContain(instrument);
  });

  it.each([
    ["generate", () => ["--seconds", "0.01", "--instruments", "acoustic bass"]],
    ["infill", () => [band, "--from", "1", "--to", "1.01"]],
  ])("%s says when the model added no notes", async (command, more) => {
    const { code, stderr } = await run(command, ...more());
    expect(code).toBe(0);
    expect(stderr).toContain(`${out}: the model added no notes; try another --seed, or more seconds`);
  });

  it("generate writes --variations", async () => {
    const { code } = await run("generate", "--seconds", "1", "--variations", "2");
    expect(code).toBe(0);
    const [first, second] = [1, 2].map((i) => readFileSync(out.replace(".mid", `-${i}.mid`)));
    expect(first?.equals(second!)).toBe(false);
  });

  it.each([
    ["accompany", () => [trio]],
    ["infill", () => [trio, "--from", "1", "--to", "2"]],
  ])("%s writes --variations with consecutive seeds", async (command, more) => {
    const { code, stdout } = await run(command, ...more(), "--variations", "2", "--json");
    expect(code).toBe(0);
    const facts = stdout
      .trim()
      .split("\n")
      .map((line): unknown => JSON.parse(line));
    const [first, second] = [1, 2].map((i) => out.replace(".mid", `-${i}.mid`));
    expect(facts).toMatchObject([
      { out: first, seed: 5 },
      { out: second, seed: 6 },
    ]);
    // The second is what its seed gives alone.
    await run(command, ...more(), "--seed", "6");
    expect(readFileSync(out).equals(readFileSync(second!))).toBe(true);
    const toStdout = await runCli([command, ...more(), "--variations", "2", "--out", "-"]);
    expect(toStdout).toMatchObject({ code: 2, stderr: expect.stringContaining("writes several files") });
  });

  it("generate shows --candidates of each note in words", async () => {
    const playing = ["--seconds", "3", "--instruments", "acoustic bass", "--candidates", "3"];
    const { code, stdout } = await run("generate", ...playing);
    expect(code).toBe(0);
    const percent = String.raw`+ +\d+\.\d %.*`;
    expect(stdout).toMatch(
      new RegExp(
        [
          "",
          String.raw`\d\.\d\d s  [A-G]#?-?\d on Acoustic Bass, (\d\.\d\d s later|at the same time), for \d\.\d\d s`,
          "",
          String.raw`[ →]  1  (\d\.\d\d s later|at the same time) ${percent}`,
        ].join("\n"),
      ),
    );
    expect(stdout).toMatch(new RegExp(String.raw`\n[ →]  1  for \d\.\d\d s ${percent}`));
    expect(stdout).toMatch(new RegExp(String.raw`\n[ →]  1  ([A-G]#?-?\d on Acoustic Bass|rest) ${percent}`));
    const json = await run("generate", ...playing, "--json");
    const { notes, steps } = JSON.parse(json.stdout);
    expect(steps).toHaveLength(notes);
    expect(steps[0].samples.map((sample: { candidates: unknown[] }) => sample.candidates.length)).toEqual([
      3, 3, 3,
    ]);
  });

  it.each([
    [["--out", "-"], "--candidates and --out - both write to stdout"],
    [["--variations", "2"], "--candidates and --variations exclude each other"],
  ])("generate refuses --candidates with %j", async (more, message) => {
    const { code, stderr } = await run("generate", "--candidates", "3", ...more);
    expect(code).toBe(2);
    expect(stderr).toContain(message);
  });

  it("accompany keeps what was given", async () => {
    const { code, stderr } = await run("accompany", trio);
    expect(code).toBe(0);
    expect(stderr).toContain(
      "the mean velocity of its instrument's notes nearby, or of all notes nearby if the instrument is new",
    );
    const given = read(trio).notes.map(({ pitch, velocity }) => `${pitch} ${velocity}`);
    const kept = readOut().notes.filter(({ track }) => track < read(trio).tracks.length);
    expect(kept.map(({ pitch, velocity }) => `${pitch} ${velocity}`)).toEqual(given);
  });

  it("infill replaces a region of chosen tracks, longer than the piano model can", async () => {
    const program = read(band).notes[0]!.program;
    const region = ["--from", "5", "--to", "20", "--tracks", `program:${program}`];
    const { code, stderr } = await run("infill", band, ...region);
    expect(stderr).toContain("15.0 s of music");
    expect(code).toBe(0);
    const others = (score: Score): number => score.notes.filter((note) => note.program !== program).length;
    expect(others(readOut())).toBe(others(read(band)));
  });

  it.each([["--ending"], ["--style", "pop"], ["--density", "dense"], ["--dynamics", "p"]])(
    "refuses %s",
    async (...option) => {
      const { code, stderr } = await run("generate", "--seconds", "1", ...option);
      expect(code).toBe(2);
      expect(stderr).toContain(`${option[0]} needs a piano model`);
    },
  );

  it("names similar instruments for an unknown one", async () => {
    const { code, stderr } = await run("generate", "--instruments", "sax");
    expect(code).toBe(2);
    expect(stderr).toContain('there is no instrument "sax"; name one of: Soprano Sax');
  });

  it("compare compares its pieces with real ones, by instrument and not by velocity", async () => {
    const report = out.replace("out.mid", "report.html");
    const compare = (...more: readonly string[]): Promise<CliResult> =>
      runCli(["compare", dirname(band), "--model", MODEL, "--threads", "1", "--seconds", "2", ...more]);
    const { code, stdout, stderr } = await compare("--count", "2", "--top-p", "0.98", "--out", report);
    expect(stderr).toContain("report.html and");
    expect(code).toBe(0);
    expect(stdout.split("\n").map((line) => line.slice(0, 16).trimEnd())).toEqual([
      "instrument",
      "pitch class",
      "interval",
      "duration",
      "inter-onset",
      "polyphony",
      "notes per second",
      "",
    ]);
    const results = JSON.parse(readFileSync(report.replace(".html", ".json"), "utf8"));
    expect(results.generatedFrom).toBe(`${MODEL}, seeds 1 to 2, topP 0.98`);
    expect(results.generated.pieces).toBe(2);
    expect("illegal" in results).toBe(false);
    // Seed 2 gives what `generate` gives.
    const pieces = join(dirname(band), "pieces");
    mkdirSync(pieces);
    for (const seed of ["1", "2"]) {
      const playing = ["--seconds", "2", "--top-p", "0.98", "--seed", seed];
      await run("generate", ...playing, "--out", join(pieces, `${seed}.mid`));
    }
    await runCli(["compare", pieces, dirname(band), "--seconds", "2", "--out", report]);
    const again = JSON.parse(readFileSync(report.replace(".html", ".json"), "utf8"));
    expect(again.generated).toEqual(results.generated);

    const drift = await compare("--no-drift-control", "--out", report);
    expect(drift.code).toBe(2);
    expect(drift.stderr).toContain("--no-drift-control needs a piano model");
  });
});

describe("with the piano model", () => {
  it("refuses --instruments, and --tracks of infill", async () => {
    const instruments = await runCli(["generate", "--instruments", "drums", "--out", out]);
    expect(instruments.code).toBe(2);
    expect(instruments.stderr).toContain("--instruments needs a model of several instruments");
    const tracks = await runCli(["infill", band, "--from", "1", "--to", "2", "--tracks", "1", "--out", out]);
    expect(tracks.code).toBe(2);
    expect(tracks.stderr).toContain("--tracks needs a model of several instruments");
  });
});

describe("a published model, from a stand-in for its hub", () => {
  it("continues a file, with weights as PyTorch writes them", async () => {
    const id = "stanford-crfm/music-small-800k";
    const bytes = (name: string): Uint8Array => readFileSync(join(MODEL, name));
    const files = new Map(["config.json", "pytorch_model.bin"].map((name) => [name, bytes(name)]));
    const hub = new HubServer({ id, files });
    const cache = mkdtempSync(join(tmpdir(), "ostinato-hub-"));
    try {
      const env = { HF_ENDPOINT: await hub.start(), HF_HOME: cache };
      const parameters = ["generate", band, "--model", id, "--seconds", "1", "--seed", "5", "--out", out];
      expect((await runCli(parameters, { env })).code).toBe(0);
      expect(readOut().notes.length).toBeGreaterThan(read(band).notes.length);
    } finally {
      hub.stop();
    }
  });
});
