import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { writeTinyTextCheckpoint } from "../tiny-text-checkpoint.ts";
import { runCli } from "./run-cli.ts";

const folder = mkdtempSync(join(tmpdir(), "ostinato-text-usage-"));
const model = join(folder, "model");
const file = join(folder, "prompt.txt");
const latin1 = join(folder, "latin1.txt");

beforeAll(() => {
  writeTinyTextCheckpoint(model);
  writeFileSync(file, "the cat");
  writeFileSync(latin1, "the\ncaf\u00e9\n", "latin1");
});

describe("ostinato text with wrong usage or bad input", () => {
  it.each([
    { parameters: ["the", "--file", "x"], code: 2, says: /a prompt and --file exclude each other/ },
    { parameters: ["the", "--ids", "1"], code: 2, says: /a prompt and --ids exclude each other/ },
    { parameters: ["--file", "x", "--ids", "1"], code: 2, says: /--file and --ids exclude each other/ },
    { parameters: ["--score", "x", "--ids", "1"], code: 2, says: /--score and --ids exclude each other/ },
    { parameters: ["--ids", "1,x"], code: 2, says: /--ids.*Must be ids, separated by commas/ },
    {
      parameters: ["--ids", "5,262"],
      code: 1,
      says: /the prompt has the id 262, which the model does not have/,
    },
    { parameters: ["--score", "x", "the"], code: 2, says: /--score and a prompt exclude/ },
    { parameters: ["--score", "x", "--choose"], code: 2, says: /--score and --choose exclude/ },
    { parameters: ["--score", "x", "--candidates", "2"], code: 2, says: /--score and --candidates exclude/ },
    { parameters: ["--score", "x", "--context-shift"], code: 2, says: /--score and --context-shift exclude/ },
    { parameters: ["--score", "x", "--tokens", "100"], code: 2, says: /--score and --tokens exclude/ },
    { parameters: ["--score", "x", "--seed", "1"], code: 2, says: /--score and --seed exclude/ },
    { parameters: ["--score", "x", "--samples", "2"], code: 2, says: /--score and --samples exclude/ },
    {
      parameters: ["--score", "x", "--draft-model", "y"],
      code: 2,
      says: /--score and --draft-model exclude/,
    },
    {
      parameters: ["the", "--draft-model", "shakespeare"],
      code: 2,
      says: /--draft-model shakespeare: the draft model has 1257 ids, and the model 262 — choose a draft model/,
    },
    { parameters: ["the", "--draft-model", "no-such-model"], code: 1, says: /no-such-model does not exist/ },
    { parameters: ["--temperature", "0,5"], code: 2, says: /Must be a number\.$/m },
    { parameters: ["--stride", "2"], code: 2, says: /--stride needs --score/ },
    { parameters: ["the", "--choose", "--json"], code: 2, says: /--choose and --json exclude/ },
    { parameters: ["the", "--choose", "--samples", "2"], code: 2, says: /--choose and --samples exclude/ },
    { parameters: ["-", "--choose"], code: 2, says: /both read stdin/ },
    { parameters: ["--tokens", "0"], code: 2, says: /--tokens.*at least 1/ },
    { parameters: ["--top-p", "2"], code: 2, says: /--top-p.*from 0 to 1, got 2/ },
    { parameters: ["--no-such-option"], code: 2, says: /unknown option/ },
    { parameters: ["--pitch-temperature", "0.5"], code: 2, says: /unknown option '--pitch-temperature'/ },
    { parameters: ["--file", "no-such-file"], code: 1, says: /cannot read no-such-file: it does not exist/ },
    { parameters: ["--score", "no-such-file"], code: 1, says: /cannot read no-such-file/ },
    {
      parameters: ["--score", file, "--stride", "24"],
      code: 2,
      says: /--stride must be from 1 to 23 for this model, got 24/,
    },
    { parameters: ["--file", latin1], code: 1, says: /latin1\.txt is not UTF-8: line 2 — convert it/ },
    { parameters: ["--score", latin1], code: 1, says: /latin1\.txt is not UTF-8: line 2 — convert it/ },
    { parameters: ["x".repeat(30)], code: 1, says: /the prompt has 30 tokens, the model's context 24 — / },
    { parameters: ["the", "--model", "no-such-model"], code: 1, says: /no-such-model does not exist/ },
    { parameters: ["the", "--model", "piano"], code: 1, says: /"performance-\d+": it writes music/ },
  ])("exits with $code for $parameters", async ({ parameters, code, says }) => {
    const result = await runCli(["text", "--model", model, "--threads", "1", ...parameters]);
    expect(result.stderr).toMatch(says);
    expect(result.code).toBe(code);
    expect(result.stdout).toBe("");
  });
});
