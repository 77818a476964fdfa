import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { scoreFromNotes, TASKS, writeMidi } from "../../encoding/index.ts";
import { twoVoices } from "../music/tiny-piano.ts";
import { TINY_CONFIG, writeTinyCheckpoint } from "../tiny-checkpoint.ts";
import { TINY_TEXT_CONFIG, writeTinyTextCheckpoint } from "../tiny-text-checkpoint.ts";
import { runCli } from "./run-cli.ts";

const folder = mkdtempSync(join(tmpdir(), "ostinato-draft-model-"));
const path = (name: string): string => join(folder, name);
const out = path("out.mid");
const piece = path("piece.mid");

beforeAll(() => {
  const music = { ...TINY_CONFIG, tasks: TASKS };
  writeTinyCheckpoint(path("piano"), { ...music, n_layer: 6 });
  writeTinyCheckpoint(path("small-piano"), { ...music, n_layer: 1 });
  writeTinyTextCheckpoint(path("text"), { ...TINY_TEXT_CONFIG, n_layer: 6 });
  writeTinyTextCheckpoint(path("small-text"), { ...TINY_TEXT_CONFIG, n_layer: 1 });
  writeTinyTextCheckpoint(path("short-text"), { ...TINY_TEXT_CONFIG, n_positions: 12 });
  writeFileSync(piece, writeMidi(scoreFromNotes(twoVoices(6))));
});

describe("--draft-model", () => {
  it("leaves the text as it is, and says how many of its ids were accepted", async () => {
    const parameters = [
      "text",
      "the",
      "--model",
      path("text"),
      "--threads",
      "1",
      "--context-shift",
      "--seed",
      "3",
    ];
    const drafted = await runCli([...parameters, "--draft-model", path("small-text")]);
    const plain = await runCli(parameters);
    expect(drafted).toMatchObject({ code: 0, stdout: plain.stdout });
    expect(drafted.stderr).toMatch(/^draft model \S*small-text: \d+ of \d+ drafted ids accepted$/m);
  });

  it.each([
    { parameters: ["generate", "--seconds", "3"] },
    { parameters: ["accompany", piece] },
    { parameters: ["infill", piece, "--from", "2", "--to", "4"] },
  ])("leaves the music of $parameters.0 as it is", async ({ parameters }) => {
    const common = ["--model", path("piano"), "--threads", "1", "--seed", "3", "--out", out];
    expect(await runCli([...parameters, ...common])).toMatchObject({ code: 0 });
    const plain = readFileSync(out);
    const drafted = await runCli([...parameters, ...common, "--draft-model", path("small-piano")]);
    expect(drafted.stderr).toMatch(/^draft model \S*small-piano: \d+ of \d+ drafted ids? accepted$/m);
    expect(drafted.code).toBe(0);
    expect(readFileSync(out).equals(plain)).toBe(true);
  });

  it("leaves several variations as they are", async () => {
    const parameters = ["generate", "--seconds", "2", "--variations", "2", "--model", path("piano")];
    const common = ["--threads", "1", "--seed", "3", "--out", out];
    const files = (): Buffer[] => [1, 2].map((i) => readFileSync(path(`out-${i}.mid`)));
    expect(await runCli([...parameters, ...common])).toMatchObject({ code: 0 });
    const plain = files();
    const drafted = await runCli([...parameters, ...common, "--draft-model", path("small-piano")]);
    expect(drafted.stderr).toMatch(/^draft model \S*small-piano: \d+ of \d+ drafted ids? accepted$/m);
    expect(files()).toEqual(plain);
  });

  it.each([
    {
      parameters: ["text", "--model", path("text"), "--draft-model", path("short-text")],
      says: /short-text: the window of the draft model has 12 ids, and that of the model 24 — choose/,
    },
    {
      parameters: [
        "generate",
        "--model",
        path("piano"),
        "--draft-model",
        "piano",
        "--precision",
        "int8",
        "--out",
        out,
      ],
      says: /--draft-model piano: a draft model would change the ids of this model in its precision — use/,
    },
    {
      parameters: ["text", "--precision", "int4", "--draft-model", "shakespeare"],
      says: /--draft-model shakespeare: a draft model would change the ids of this model in its precision — use/,
    },
    {
      parameters: ["generate", "--draft-model", "shakespeare", "--out", out],
      says: /--draft-model shakespeare: it is not known what the model's 1257 ids mean — choose a draft model with/,
    },
    {
      parameters: ["text", "--draft-model", "piano"],
      says: /--draft-model piano: .+ — choose a draft model with/,
    },
  ])("exits with 2 for $parameters", async ({ parameters, says }) => {
    const result = await runCli([...parameters, "--threads", "1"]);
    expect(result).toMatchObject({ code: 2, stdout: "" });
    expect(result.stderr).toMatch(says);
  });
});
