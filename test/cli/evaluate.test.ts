import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { scoreFromNotes, writeMidi } from "../../encoding/index.ts";
import { goldenBytes } from "../encoding/arrival/golden.ts";
import { TINY_CONFIG, writeTinyCheckpoint } from "../tiny-checkpoint.ts";
import { runCli } from "./run-cli.ts";

/** A small random network with the ids of arrival times. */
const BAND_MODEL = fileURLToPath(new URL("../models/golden/scaled-float16", import.meta.url));

it("ostinato evaluate prints the likelihood of each file and of all, and refuses files without notes", async () => {
  const folder = mkdtempSync(join(tmpdir(), "ostinato-evaluate-"));
  const model = writeTinyCheckpoint(join(folder, "model"));
  const file = (name: string, count: number): string => {
    const notes = Array.from({ length: count }, (_, i) => ({
      pitch: 60 + (i % 12),
      velocity: 80,
      startSeconds: i * 0.2,
      endSeconds: i * 0.2 + 0.3,
    }));
    writeFileSync(join(folder, name), writeMidi(scoreFromNotes(notes)));
    return join(folder, name);
  };
  const [a, b, empty] = [file("a.mid", 10), file("b.mid", 40), file("empty.mid", 0)];
  const { code, stdout } = await runCli(["evaluate", a, b, "--model", model, "--json", "--quiet"]);
  expect(code).toBe(0);
  const result = JSON.parse(stdout);
  expect(Object.keys(result)).toEqual([
    "nllPerId",
    "nllPerNote",
    "nllPerSecond",
    "perplexity",
    "ids",
    "files",
  ]);
  expect(result.files.map((entry: { path: string }) => entry.path)).toEqual([a, b]);
  const [first, second] = result.files;
  expect(result.ids).toBe(first.ids + second.ids);
  expect(result.nllPerId).toBeCloseTo(
    (first.nllPerId * first.ids + second.nllPerId * second.ids) / result.ids,
    9,
  );
  expect(result.nllPerNote * 50).toBeCloseTo(result.nllPerId * result.ids, 6);
  expect(result.perplexity).toBeCloseTo(Math.exp(result.nllPerId), 9);

  const table = await runCli(["evaluate", a, b, "--model", model]);
  const rows = table.stdout.trimEnd().split("\n");
  expect(rows[0]).toBe("nats/id  perplexity  nats/note  nats/second      ids");
  expect(rows.slice(1).map((row) => row.slice(54))).toEqual([a, b, "all 2 files"]);
  expect(rows[3]?.slice(0, 7)).toBe(result.nllPerId.toFixed(4).padStart(7));
  const refused = await runCli(["evaluate", a, empty, "--model", model]);
  expect(refused.code).toBe(1);
  expect(refused.stderr).toMatch(/^error: .*empty\.mid has no notes/m);
});

it("ostinato evaluate --precision int8 prints nearly the same; an unknown precision is a usage error", async () => {
  const folder = mkdtempSync(join(tmpdir(), "ostinato-evaluate-int8-"));
  const model = writeTinyCheckpoint(join(folder, "model"), { ...TINY_CONFIG, n_embd: 64, n_inner: 128 });
  const piece = join(folder, "a.mid");
  const notes = Array.from({ length: 20 }, (_, i) => ({
    pitch: 60 + i,
    velocity: 80,
    startSeconds: i * 0.2,
    endSeconds: i * 0.2 + 0.3,
  }));
  writeFileSync(piece, writeMidi(scoreFromNotes(notes)));
  const nll = async (...options: readonly string[]): Promise<number> => {
    const { stdout } = await runCli(["evaluate", piece, "--model", model, "--json", ...options]);
    return Number(JSON.parse(stdout).nllPerId);
  };
  const [fp32, automatic, int8] = [
    await nll(),
    await nll("--precision", "auto"),
    await nll("--precision", "int8"),
  ];
  expect(automatic).toBe(fp32);
  expect(int8).not.toBe(fp32);
  expect(Math.abs(int8 - fp32)).toBeLessThan(0.05);
  const refused = await runCli(["evaluate", piece, "--model", model, "--precision", "int3"]);
  expect(refused.code).toBe(2);
  expect(refused.stderr).toContain("fp32, int8, int4, auto");
});

it("ostinato evaluate shows the likelihood of onsets, durations and notes of a model of several instruments", async () => {
  const folder = mkdtempSync(join(tmpdir(), "ostinato-evaluate-band-"));
  const [trio, empty] = [join(folder, "trio.mid"), join(folder, "empty.mid")];
  writeFileSync(trio, goldenBytes("02-three-programs-format1.mid"));
  writeFileSync(empty, writeMidi(scoreFromNotes([])));
  const model = ["--model", BAND_MODEL, "--quiet"];
  const result = JSON.parse((await runCli(["evaluate", trio, ...model, "--json"])).stdout);
  expect(Object.keys(result)).toEqual([
    "nllPerId",
    "nllPerSlot",
    "nllPerNote",
    "nllPerSecond",
    "perplexity",
    "ids",
    "files",
  ]);
  const { onset, duration, note } = result.nllPerSlot;
  expect(result.nllPerId).toBeCloseTo((onset + duration + note) / 3, 9);
  expect(result.nllPerNote).toBeCloseTo(onset + duration + note, 9);
  expect(result.nllPerSecond * 3.6).toBeCloseTo(result.nllPerId * 42, 6);
  const { stdout } = await runCli(["evaluate", trio, ...model]);
  const [header, row] = stdout.trimEnd().split("\n");
  expect(header).toBe("nats/id    onset  duration     note  perplexity  nats/note  nats/second      ids");
  expect(row?.split(/ +/).slice(1, 4)).toEqual([onset, duration, note].map((nats) => nats.toFixed(4)));
  const refused = await runCli(["evaluate", empty, ...model]);
  expect(refused.code).toBe(1);
  expect(refused.stderr).toMatch(/empty\.mid has no notes — omit this file/);
  const task = await runCli(["evaluate", trio, ...model, "--task", "infill"]);
  expect(task.code).toBe(2);
  expect(task.stderr).toContain("is a model of several instruments, which --task does not measure");
});
