/** A folder of ten thousand files, a tenth of them damaged in various ways. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { runCli } from "../cli/run-cli.ts";
import { midiBytes } from "./inputs.ts";

const FILES = 10_000;

it("creates a dataset of the readable files, and lists the others with the reason", async () => {
  const folder = mkdtempSync(join(tmpdir(), "ostinato-many-"));
  const good = Buffer.from(midiBytes(8));
  const broken = [
    Buffer.alloc(0),
    Buffer.from("no music but text"),
    good.subarray(0, good.length - 10),
    good.subarray(0, 12),
    Buffer.concat([good.subarray(0, 30), Buffer.from([0xff, 0xff, 0xff]), good.subarray(33)]),
  ];
  for (let i = 0; i < FILES; i += 1) {
    const into = join(folder, "in", `${i % 100}`);
    mkdirSync(into, { recursive: true });
    writeFileSync(
      join(into, `${i}.mid`),
      i % 10 === 7 ? (broken[((i - 7) / 10) % broken.length] ?? "") : good,
    );
  }
  const out = join(folder, "out");
  const { code, stdout } = await runCli(["dataset", join(folder, "in"), "--out", out, "--json", "--quiet"]);
  expect(code).toBe(0);
  const summary: { pieces: number; skipped: { path: string; reason: string }[] } = JSON.parse(stdout);
  expect(summary.pieces).toBe(0.9 * FILES);
  expect(summary.skipped).toHaveLength(0.1 * FILES);
  expect(new Set(summary.skipped.map(({ path }) => Number(/(\d+)\.mid$/.exec(path)?.[1]) % 10))).toEqual(
    new Set([7]),
  );
  for (const { reason } of summary.skipped.slice(0, broken.length)) expect(reason).toMatch(/\w+ \w+/);
  expect(readdirSync(out).sort()).toEqual(["dataset.json", "ids.bin", "index.bin"]);
  const header: { pieces: unknown[] } = JSON.parse(readFileSync(join(out, "dataset.json"), "utf8"));
  expect(header.pieces).toHaveLength(0.9 * FILES);
}, 240_000);
