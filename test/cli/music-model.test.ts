import { mkdtempSync, readdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { writeTinyTextCheckpoint } from "../tiny-text-checkpoint.ts";
import { runCli } from "./run-cli.ts";

const scratch = mkdtempSync(join(tmpdir(), "ostinato-text-model-"));
const model = writeTinyTextCheckpoint(join(scratch, "model"));
let folder = "";
let out = "";

beforeEach(() => {
  folder = mkdtempSync(join(scratch, "out-"));
  out = join(folder, "out.mid");
});

describe("commands for music models", () => {
  it.each([
    ["generate", ["--out", "OUT"], "for text use: ostinato text --model MODEL"],
    ["evaluate", [], "ostinato text --model MODEL --score FILE"],
    ["accompany", ["--out", "OUT"], "name a music model"],
    ["infill", ["--from", "1", "--to", "2", "--out", "OUT"], "name a music model"],
    ["compare", ["--out", "OUT.html"], "name a music model"],
  ])("%s says that a model is one of text, before it reads anything", async (command, more, hint) => {
    const parameters = [command, "nothing.mid", "--model", model, ...more];
    const { code, stderr, stdout } = await runCli(parameters.map((each) => each.replace(/^OUT/, out)));
    expect(stderr).toMatch(/^error: .* is a text model, not a music model — /);
    expect(stderr).toContain(hint.replace("MODEL", model));
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(readdirSync(folder)).toEqual([]);
  });
});

describe("ostinato generate", () => {
  it.each(["gpt2", "openai-community/gpt2-xl@main"])(
    "says of %s without the hub that it writes text",
    async (name) => {
      expect(await runCli(["generate", "--model", name, "--out", out, "--offline"])).toMatchObject({
        code: 2,
        stderr: expect.stringContaining(`for text use: ostinato text --model ${name}`),
      });
    },
  );

  it("requires --out", async () => {
    expect(await runCli(["generate", "--seconds", "1"])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("required option '-o, --out <file>' not specified"),
    });
  });
});
