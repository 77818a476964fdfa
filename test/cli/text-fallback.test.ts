import { existsSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { scoreFromNotes, writeMidi } from "../../encoding/index.ts";
import { writeTinyTextCheckpoint } from "../tiny-text-checkpoint.ts";
import { type CliResult, runCli } from "./run-cli.ts";

const scratch = mkdtempSync(join(tmpdir(), "ostinato-fallback-"));
const model = writeTinyTextCheckpoint(join(scratch, "model"));
let folder = "";
let out = "";

beforeEach(() => {
  folder = mkdtempSync(join(scratch, "out-"));
  out = join(folder, "out.txt");
});

function generate(...parameters: readonly string[]): Promise<CliResult> {
  return runCli(["generate", "--model", model, "--threads", "1", "--out", out, ...parameters]);
}

describe("ostinato generate with a model of text", () => {
  it("writes the text that ostinato text writes, and says so in one line", async () => {
    const { code, stderr, stdout } = await generate("--seed", "3");
    expect(code).toBe(0);
    expect(stdout).toBe("");
    expect(stderr).toContain(
      `${model} is a model of text: writing text, as "ostinato text --model ${model}" does\n`,
    );
    const text = await runCli(["text", "--model", model, "--threads", "1", "--seed", "3"]);
    expect(readFileSync(out, "utf8")).toBe(text.stdout);
  });

  it("writes to stdout where no file is named; music needs one", async () => {
    const text = await runCli(["text", "--model", model, "--threads", "1", "--seed", "3"]);
    const same = await runCli(["generate", "--model", model, "--threads", "1", "--seed", "3"]);
    expect(same).toMatchObject({ code: 0, stdout: text.stdout });
    const music = await runCli(["generate", "--seconds", "1"]);
    expect(music).toMatchObject({ code: 2, stderr: expect.stringContaining("--out is missing") });
  });

  it("summarises as JSON", async () => {
    const { stdout, stderr } = await generate("--seed", "3", "--json", "--quiet");
    expect(stderr).toBe("");
    expect(JSON.parse(stdout)).toEqual({
      out,
      seed: 3,
      tokens: expect.any(Number),
      end: expect.any(String),
      idsPerSecond: expect.any(Number),
      model,
    });
  });

  it("refuses a primer, and names one that is not MIDI as such", async () => {
    const primer = join(scratch, "primer.mid");
    writeFileSync(primer, "Dear Sir or Madam");
    const text = await generate(primer);
    expect(text).toMatchObject({ code: 1, stderr: expect.stringContaining('expected "MThd"') });
    const notes = [{ pitch: 60, velocity: 80, startSeconds: 0, endSeconds: 1 }];
    writeFileSync(primer, writeMidi(scoreFromNotes(notes)));
    const music = await generate(primer);
    expect(music).toMatchObject({ code: 1, stderr: expect.stringContaining("it cannot continue music") });
    expect(readdirSync(folder)).toEqual([]);
  });

  it.each([
    ["--seconds", "5"],
    ["--ending"],
    ["--variations", "2"],
    ["--density", "sparse"],
    ["--no-steady"],
    ["--pitch-temperature", "0.5"],
  ])("refuses %s", async (...option) => {
    const { code, stderr } = await generate(...option);
    expect(stderr).toContain(`${option[0]} is for music`);
    expect(code).toBe(2);
    expect(existsSync(out)).toBe(false);
  });
});

describe("commands that are for music alone", () => {
  it.each([
    ["evaluate", [], "ostinato text --model MODEL --score FILE"],
    ["accompany", ["--out", "OUT"], "name a music model"],
    ["infill", ["--from", "1", "--to", "2", "--out", "OUT"], "name a music model"],
    ["compare", ["--out", "OUT.html"], "name a music model"],
  ])("%s says that a model is one of text, before it reads anything", async (command, more, hint) => {
    const parameters = [command, "nothing.mid", "--model", model, ...more];
    const { code, stderr } = await runCli(parameters.map((each) => each.replace(/^OUT/, out)));
    expect(code).toBe(1);
    expect(stderr).toMatch(/^error: .* is a model of text, not of music — /);
    expect(stderr).toContain(hint.replace("MODEL", model));
    expect(readdirSync(folder)).toEqual([]);
  });
});
