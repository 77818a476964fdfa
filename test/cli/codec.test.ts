/** `--codec`: models whose config.json does not say what their ids mean. */
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { readMidi, scoreFromNotes, writeMidi } from "../../encoding/index.ts";
import { loadBandModel } from "../../src/platform/node/index.ts";
import { writeTinyCheckpoint } from "../tiny-checkpoint.ts";
import { type CliResult, runCli } from "./run-cli.ts";

const folder = mkdtempSync(join(tmpdir(), "ostinato-codec-"));
const piano = join(folder, "piano.mid");
const out = join(folder, "out.mid");

/** A GPT-2 with the ids of `arrival-9772`, padded to a round number. */
let padded = "";
const gpt2 = (name: string, vocabularySize: number): string =>
  writeTinyCheckpoint(join(folder, name), {
    model_type: "gpt2",
    vocab_size: vocabularySize,
    n_layer: 1,
    n_embd: 8,
    n_head: 2,
    n_positions: 64,
  });

beforeAll(() => {
  padded = gpt2("padded", 9_800);
  const notes = [0, 1, 2, 3].map((startSeconds) => ({
    pitch: 60,
    velocity: 80,
    startSeconds,
    endSeconds: startSeconds + 1,
  }));
  writeFileSync(piano, writeMidi(scoreFromNotes(notes)));
});

const WRITING = ["--seed", "5", "--threads", "1", "--quiet", "--out", out];
const COMMANDS: readonly (readonly [string, ...string[]])[] = [
  ["generate", "--seconds", "9", ...WRITING],
  ["accompany", piano, ...WRITING],
  ["infill", piano, "--from", "1", "--to", "2", ...WRITING],
  ["evaluate", piano],
];

describe("a model whose ids have no known meaning", () => {
  const refused = (result: CliResult): void => {
    expect(result.code).toBe(2);
    expect(result.stderr).toBe(
      `error: it is not known what the 9800 ids of ${padded} mean — for text use: ostinato text --model ${padded}; ` +
        "for music name their vocabulary with --codec: performance-388, performance-416, score2perf, " +
        "midi-neural-processor, arrival-55028, arrival-9772\n",
    );
  };

  it.each(COMMANDS)("%s asks for --codec, and takes it", async (...command) => {
    refused(await runCli([...command, "--model", padded]));
    const { code, stderr } = await runCli([...command, "--model", padded, "--codec", "arrival-9772"]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    // No id of the padding was sampled, or it could not have been decoded.
    if (command[0] === "generate") expect(readMidi(readFileSync(out)).notes.length).toBeGreaterThan(0);
  });

  it("is shown by inspect with --codec", async () => {
    const { stdout } = await runCli(["inspect", padded]);
    expect(stdout).not.toContain("ids:");
    const chosen = await runCli(["inspect", padded, "--codec", "arrival-9772"]);
    expect(chosen.stdout).toContain("arrival times of 3 instruments, in triples of onset, duration and note");
  });

  it("is loaded by the library with `codec`", async () => {
    await expect(loadBandModel(padded)).rejects.toMatchObject({ name: "OptionError" });
    const band = await loadBandModel(padded, { codec: "arrival-9772", threads: 1 });
    expect(band.vocabulary.name).toBe("arrival-9772");
    await band.dispose();
  });
});

describe("--codec", () => {
  it.each([
    [
      "an unknown name",
      ["--codec", "remi"],
      "error: option '--codec <name>' argument 'remi' is invalid. Allowed choices are performance-388, performance-416, " +
        "score2perf, midi-neural-processor, arrival-55028, arrival-9772, arrival.",
      2,
    ],
    [
      "a vocabulary with more ids",
      ["--codec", "arrival"],
      'error: config.json: "vocab_size" is 9800, and "arrival-55028" has 55028 ids — name the codec',
      1,
    ],
  ])("refuses %s", async (_, option, message, exitCode) => {
    const { code, stderr } = await runCli(["generate", ...WRITING, "--model", padded, ...option]);
    expect(stderr).toContain(message);
    expect(code).toBe(exitCode);
  });

  it("is refused for a model that says what its ids mean", async () => {
    const { code, stderr } = await runCli(["generate", ...WRITING, "--codec", "arrival"]);
    expect(stderr).toContain('"vocabulary" is "performance-416", so the codec cannot be "arrival-55028"');
    expect(code).toBe(1);
  });

  it("is refused for a MIDI file, and for compare without a model", async () => {
    const inspected = await runCli(["inspect", piano, "--codec", "arrival"]);
    expect(inspected).toMatchObject({ code: 2, stderr: expect.stringContaining("--codec is for models") });
    const report = join(folder, "report.html");
    const compared = await runCli(["compare", folder, folder, "--codec", "arrival", "--out", report]);
    expect(compared).toMatchObject({ code: 2, stderr: expect.stringContaining("--codec needs --model") });
  });
});

describe("a published model whose ids cannot be read", () => {
  it("is named, before its weights are loaded", async () => {
    const interarrival = gpt2("interarrival", 34_025);
    const { code, stderr } = await runCli(["generate", ...WRITING, "--model", interarrival]);
    expect(stderr).toContain('34025 is that of "interarrival times of the Anticipatory Music Transformer"');
    expect(code).toBe(1);
  });

  it("is named by its tokenizer", async () => {
    const remi = gpt2("remi", 500);
    const tokenizer = { config: {}, tokenization: "REMI", miditok_version: "3.0.4" };
    writeFileSync(join(remi, "tokenizer.json"), JSON.stringify(tokenizer));
    const { code, stderr } = await runCli(["generate", ...WRITING, "--model", remi]);
    expect(stderr).toContain('tokenizer.json is MidiTok\'s, whose tokens are notes ("REMI"), not text');
    expect(code).toBe(1);
  });
});
