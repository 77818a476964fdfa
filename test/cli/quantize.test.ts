import { mkdtempSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { scoreFromNotes, writeMidi } from "../../encoding/index.ts";
import { TINY_CONFIG, writeTinyCheckpoint } from "../tiny-checkpoint.ts";
import { runCli } from "./run-cli.ts";

const folder = mkdtempSync(join(tmpdir(), "ostinato-quantize-"));

it("ostinato quantize writes a smaller checkpoint with nearly the same likelihood", async () => {
  const model = writeTinyCheckpoint(join(folder, "model"), {
    ...TINY_CONFIG,
    n_embd: 64,
    n_head: 1,
    n_inner: 128,
  });
  writeFileSync(join(model, "merges.txt"), "#version: 0.2\n");
  writeFileSync(join(model, "generation_config.json"), '{ "eos_token_id": 1 }');
  const small = join(folder, "some", "small");
  const { code, stderr } = await runCli(["quantize", model, "--out", small]);
  expect(stderr).toContain("matrices in int8");
  expect(code).toBe(0);
  expect(readdirSync(small).sort()).toEqual([
    "config.json",
    "generation_config.json",
    "merges.txt",
    "model.safetensors",
  ]);
  const size = (of: string): number => statSync(join(of, "model.safetensors")).size;
  expect(size(small)).toBeLessThan(size(model) * 0.3); // of float32
  expect(JSON.parse(readFileSync(join(small, "config.json"), "utf8"))).toEqual({
    ...JSON.parse(readFileSync(join(model, "config.json"), "utf8")),
    quantization: { kind: "int8", block: 64 },
  });

  const notes = Array.from({ length: 20 }, (_, i) => ({
    pitch: 60 + i,
    velocity: 80,
    startSeconds: i * 0.2,
    endSeconds: i * 0.2 + 0.3,
  }));
  const piece = join(folder, "a.mid");
  writeFileSync(piece, writeMidi(scoreFromNotes(notes)));
  const [before, after] = [model, small].map(async (name) => {
    const { stdout } = await runCli(["evaluate", piece, "--model", name, "--json"]);
    return Number(JSON.parse(stdout).nllPerId);
  });
  const difference = Math.abs(((await after) ?? NaN) - ((await before) ?? NaN));
  expect(difference).toBeGreaterThan(0);
  expect(difference).toBeLessThan(0.05);
});

it("refuses to overwrite its input model, and to write into a file", async () => {
  const model = writeTinyCheckpoint(join(folder, "kept"));
  expect((await runCli(["quantize", model, "--out", `${model}/.`])).code).toBe(2);
  const refused = await runCli(["quantize", model, "--out", join(model, "config.json")]);
  expect(refused.code).toBe(1);
  expect(refused.stderr).toMatch(/cannot create .*: there is a file of that name/);
});
