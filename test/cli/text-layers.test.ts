import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { writeTinyTextCheckpoint } from "../tiny-text-checkpoint.ts";
import { runCli } from "./run-cli.ts";

const model = join(mkdtempSync(join(tmpdir(), "ostinato-layers-")), "model");
const run = (...parameters: string[]) =>
  runCli(["text", "--model", model, "--threads", "1", "--layers", ...parameters]);

beforeAll(() => {
  writeTinyTextCheckpoint(model);
});

test("prints a line for the embedding and for each layer", async () => {
  const { code, stdout, stderr } = await run("the cat");
  expect(code).toBe(0);
  expect(stderr).toContain("the length of what it added, divided by the length of what was there before");
  const [title, empty, heading, ...rows] = stdout.trimEnd().split("\n");
  expect([title, empty]).toEqual(['what follows "t":', ""]);
  expect(heading?.split(/ {2,}/)).toEqual([
    "up to",
    "attention",
    "feed-forward",
    "likeliest",
    "second",
    "third",
  ]);
  expect(rows.map((row) => row.slice(0, 9))).toEqual(["embedding", "layer 1  ", "layer 2  "]);
  const move = String.raw` +\d+\.\d\d [█▏▎▍▌▋▊▉]+`;
  const candidate = String.raw` +\d+\.\d % ".+"`;
  expect(rows[0]).toMatch(new RegExp(`^embedding(${candidate}){3}$`));
  for (const row of rows.slice(1))
    expect(row).toMatch(new RegExp(`^layer \\d(${move}){2}(${candidate}){3}$`));
});

test("has the probability of a token of the prompt in each layer, in JSON by the library's numbers", async () => {
  const { stdout } = await run("the cat", "--position", "2", "--quiet");
  const shown = stdout.trimEnd().split("\n");
  expect(shown[0]).toBe('what follows " ":');
  expect(shown[2]).toMatch(/third +"c"$/);
  const { ids, index, id, layers } = JSON.parse((await run("the cat", "--position", "2", "--json")).stdout);
  expect({ first: ids[0], index, id }).toEqual({ first: 257, index: 2, id: ids[2] });
  expect(layers.map(({ layer }: { layer: number | null }) => layer)).toEqual([null, 0, 1]);
  const percents = layers.map((row: { probability: number }) => `${(100 * row.probability).toFixed(1)} %`);
  expect(shown.slice(3).map((row) => /\d+\.\d %$/.exec(row)?.[0])).toEqual(percents);
  expect(layers[1].attention).toEqual({ norm: expect.any(Number), relative: expect.any(Number) });
});

test.each([
  [["the", "--tokens", "3"], "--layers and --tokens exclude each other"],
  [["the", "--temperature", "0.5"], "--layers and --temperature exclude each other"],
  [["the cat", "--position", "5"], "--position is 5, and the prompt has 5 tokens, 0 to 4"],
  [["the", "--position", "0"], "at least 1"],
  [["--score", "x"], "--score and --layers exclude each other"],
])("refuses %j", async (parameters, says) => {
  const { code, stderr } = await run(...parameters);
  expect(code).toBe(2);
  expect(stderr).toContain(says);
});

test("refuses a position without layers", async () => {
  const { code, stderr } = await runCli(["text", "the", "--model", model, "--position", "1"]);
  expect([code, stderr]).toEqual([
    2,
    "error: --position needs --layers — add --layers, or omit --position\n",
  ]);
});
