import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { loadTextModel } from "../../src/platform/node/load-model.ts";
import { tinyPairTokenizer, writeTinyTextCheckpoint } from "../tiny-text-checkpoint.ts";
import { type CliResult, runCli, type RunCliOptions } from "./run-cli.ts";
import { MAIN } from "./spawn-cli.ts";

const folder = mkdtempSync(join(tmpdir(), "ostinato-text-cli-"));
const model = join(folder, "model");
const file = join(folder, "prompt.txt");

beforeAll(() => {
  writeTinyTextCheckpoint(model);
  writeFileSync(file, "the cat");
});

const textCommand = ["text", "--model", model, "--threads", "1"];

function run(parameters: readonly string[], options: RunCliOptions = {}): Promise<CliResult> {
  return runCli([...textCommand, ...parameters], options);
}

const GREEDY = ["--tokens", "12", "--temperature", "0", "--seed", "1"];

describe("ostinato text", () => {
  it("prints only the continuation on stdout, the same from argument, file and stdin", async () => {
    const results = [
      await run(["the cat", ...GREEDY]),
      await run(["--file", file, ...GREEDY]),
      await run(["-", ...GREEDY], { stdin: Buffer.from("the cat") }),
      await run(["--file", "-", ...GREEDY], { stdin: Buffer.from("the cat") }),
    ];
    for (const { code, stdout, stderr } of results) {
      expect(code).toBe(0);
      expect(stdout).toBe(results[0]?.stdout);
      expect(stderr).toMatch(/12 tokens, seed 1, length of --tokens reached\n/);
      expect(stderr).toMatch(/took \d+\.\d s \([\d.]+ tokens a second\)\n$/);
    }
    expect(results[0]?.stdout.length).toBeGreaterThan(1);
  });

  it("ignores the final line end of a file or of stdin", async () => {
    const expected = await run(["the cat", ...GREEDY, "--json"]);
    for (const stdin of ["the cat\n", "the cat\r\n"]) {
      const { stdout } = await run(["-", ...GREEDY, "--json"], { stdin: Buffer.from(stdin) });
      expect(JSON.parse(stdout)).toMatchObject({ prompt: "the cat" });
      expect(JSON.parse(stdout).samples).toEqual(JSON.parse(expected.stdout).samples);
    }
    const two = await run(["-", ...GREEDY, "--json"], { stdin: Buffer.from("the cat\n\n") });
    expect(JSON.parse(two.stdout)).toMatchObject({ prompt: "the cat\n" });
  });

  it("begins a new text without a prompt, and ends at the context limit", async () => {
    const { code, stdout, stderr } = await run(["--seed", "3", "--tokens", "1000"]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/\n$/);
    expect(stderr).toMatch(/(24 tokens, seed 3, context window full|ended by the model)/);
  });

  it("continues beyond the context with --context-shift", async () => {
    const { stderr } = await run(["the", "--seed", "3", "--tokens", "50", "--context-shift", "--top-k", "1"]);
    expect(stderr).toContain("50 tokens, seed 3, length of --tokens reached");
  });

  it("prints several samples, each reproducible by its seed", async () => {
    const { stdout, stderr } = await run(["the", "--samples", "2", "--seed", "5", "--tokens", "8"]);
    const [, first, second] = stdout.split(/^=== \d of 2 ===\n/m);
    expect(first).not.toBe(second);
    expect(stderr).toMatch(/^1 of 2: \d+ tokens, seed 5/m);
    expect(stderr).toMatch(/^2 of 2: \d+ tokens, seed 6/m);
    expect((await run(["the", "--seed", "6", "--tokens", "8"])).stdout).toBe(second);
  });

  it("prints the complete result as JSON, and nothing else with --quiet", async () => {
    const parameters = ["the cat", ...GREEDY, "--json", "--quiet", "--candidates", "3"];
    const { stdout, stderr } = await run(parameters);
    expect(stderr).toBe("");
    const json: unknown = JSON.parse(stdout);
    const plain = await run(["the cat", ...GREEDY]);
    const candidate = { id: expect.any(Number), text: expect.any(String), probability: expect.any(Number) };
    const step = {
      id: expect.any(Number),
      text: expect.any(String),
      logProbability: expect.any(Number),
      candidates: [candidate, candidate, candidate],
    };
    expect(json).toEqual({
      model,
      prompt: "the cat",
      samples: [
        {
          text: plain.stdout.slice(0, -1),
          seed: 1,
          tokens: 12,
          end: "tokens",
          ids: expect.any(Array),
          steps: Array.from({ length: 12 }, () => step),
        },
      ],
      idsPerSecond: expect.any(Number),
    });
  });

  it("shows the unchanged probabilities at temperature 0, and chooses the most probable token", async () => {
    const { stdout } = await run(["the", "--candidates", "262", "--tokens", "2", "--temperature", "0"]);
    const steps = stdout.replace(/^\n/, "").split("\n\n").slice(0, 2);
    for (const step of steps) {
      const lines = step.split("\n");
      expect(lines).toHaveLength(259); // three ids have no token
      expect(lines.map((line) => line.startsWith("→"))).toEqual(lines.map((_, index) => index === 0));
      const percents = lines.map((line) => Number(/([\d.]+) %/.exec(line)?.[1]));
      expect(percents).toEqual(percents.toSorted((a, b) => b - a));
      expect(percents[0]).toBeLessThan(50);
      expect(percents.reduce((sum, percent) => sum + percent, 0)).toBeCloseTo(100, -1);
    }
    const unsharpened = await run(["the", "--candidates", "262", "--tokens", "1", "--seed", "1"]);
    const withoutMarks = (text = ""): string[] => text.split("\n").map((line) => line.slice(2));
    expect(withoutMarks(unsharpened.stdout.slice(1).split("\n\n")[0])).toEqual(withoutMarks(steps[0]));
  });

  it("shows candidates with bars, and the generated token even if it is not one of them", async () => {
    const { stdout } = await run([
      "the",
      "--candidates",
      "2",
      "--tokens",
      "6",
      "--seed",
      "2",
      "--temperature",
      "3",
    ]);
    const steps = stdout.replace(/^\n/, "").split("\n\n").slice(0, 6);
    expect(steps).toHaveLength(6);
    for (const step of steps) {
      const lines = step.split("\n");
      expect(lines.filter((line) => line.startsWith("→"))).toHaveLength(1);
      expect(lines[0]).toMatch(/^[→ ] {2}1 {2}".*" +\d+\.\d %/);
      expect(lines[1]).toMatch(/^[→ ] {2}2 {2}".*" +\d+\.\d %/);
    }
    expect(stdout).toMatch(/→ {2}… /);
  });

  it("lets each token be chosen by numbers on stdin", async () => {
    const choose = ["the", "--choose", "--candidates", "4", "--tokens", "5", "--seed", "1"];
    const { code, stdout, stderr } = await run(choose, { stdin: Buffer.from("3\nnine\n9\n1\n\n2\nq\n") });
    expect(code).toBe(0);
    expect(stderr).toContain("4 tokens, seed 1\n");
    expect(stderr.match(/type a number from 1 to 4/g)).toHaveLength(2);
    const here = await loadTextModel(model, { threads: 1 });
    const picks = [2, 0, undefined, 1];
    const { text } = await here.generate("the", {
      candidates: 4,
      seed: 1,
      tokens: 4,
      override: async ({ id, candidates = [] }) => {
        // An empty line chooses the marked candidate: the sampled one, if it is in the list.
        const marked = candidates.findIndex((candidate) => candidate.id === id);
        return candidates[picks.shift() ?? Math.max(0, marked)]?.id;
      },
    });
    await here.dispose();
    expect(stdout).toBe(`${text}\n`);
    const ended = await run(choose, { stdin: Buffer.from("1\n") });
    expect(ended.code).toBe(0);
    expect(ended.stderr).toContain("1 token, seed 1\n");
  });

  // util-linux's script makes a terminal; other systems' takes other arguments.
  it.runIf(process.platform === "linux" && existsSync("/usr/bin/script"))(
    "lets each token be chosen by keys on a terminal, from a menu that fits it",
    async () => {
      const parameters = ["text", "the", "--model", model, "--threads", "1", "--seed", "1"];
      const command = [process.execPath, MAIN, ...parameters, "--choose", "--candidates", "8"];
      const sized = `stty rows 6 cols 30; ${command.map((part) => `'${part}'`).join(" ")}`;
      const terminal = spawn("script", ["--quiet", "--return", "--command", sized, "/dev/null"]);
      let shown = "";
      const keys = ["j", "j", "j", "j", "\r", "q"]; // the fifth, and end
      terminal.stdout.on("data", (chunk: Buffer) => {
        shown += chunk.toString();
        // Sends the next key when the menu is shown again.
        if (shown.split("(arrows and Enter, 1 to 8, q ").length > 7 - keys.length) {
          terminal.stdin.write(keys.shift() ?? "");
        }
      });
      expect(await new Promise((resolve) => terminal.on("close", resolve))).toBe(0);
      const menus = shown.split("\u001b7\u001b[0J").slice(1);
      const lines = menus.map((menu) => menu.split("\u001b8")[0]?.split("\r\n").slice(1) ?? []);
      const marked = lines.slice(0, 5).map((each) => each.find((line) => line.startsWith("→"))?.slice(2, 4));
      expect(marked).toEqual([" 1", " 2", " 3", " 4", " 5"]);
      for (const each of lines) expect(each.length).toBeLessThanOrEqual(5);
      for (const line of lines.flat()) expect(line.length).toBeLessThan(30);
      expect(shown).toContain("1 token, seed 1");
    },
  );

  it("ends before a string of --stop, which is printed nowhere", async () => {
    const whole = await run(["the", ...GREEDY]);
    const stop = whole.stdout.slice(3, 6);
    const before = whole.stdout.slice(0, whole.stdout.indexOf(stop));
    const stopped = await run(["the", ...GREEDY, "--stop", "no such text", "--stop", stop]);
    expect([stopped.code, stopped.stdout]).toEqual([0, `${before}\n`]);
    expect(stopped.stderr).toMatch(/seed 1, ended by --stop\n/);
    const json = await run(["the", ...GREEDY, "--stop", stop, "--json", "--candidates", "1"]);
    const [sample] = JSON.parse(json.stdout).samples;
    expect(sample).toMatchObject({ text: before, end: "stop", tokens: sample.ids.length });
    expect(sample.steps.map(({ text }: { text: string }) => text).join("")).not.toContain(stop);
    expect((await run(["the", "--stop", ""])).code).toBe(2);
    expect((await run(["--score", file, "--stop", "x"])).code).toBe(2);
  });

  it("reads special tokens as ids with --special-tokens, and ids with --ids", async () => {
    const special = await run(["<|endoftext|>the", "--special-tokens", "--json", ...GREEDY]);
    const ids = await run(["--ids", "258, 257", "--json", ...GREEDY]);
    const plain = await run(["<|endoftext|>the", "--json", ...GREEDY]);
    const samples = [special, ids, plain].map(({ stdout }) => JSON.parse(stdout).samples[0].ids);
    expect(samples[0]).toEqual(samples[1]);
    expect(samples[0]).not.toEqual(samples[2]);
    expect(JSON.parse(ids.stdout)).toMatchObject({ prompt: null, promptIds: [258, 257] });
    expect(JSON.parse(special.stdout)).toMatchObject({ prompt: "<|endoftext|>the" });
  });

  it("answers a prompt before the separator of --to; another one is an error that names those there are", async () => {
    const pairs = writeTinyTextCheckpoint(join(folder, "pairs"));
    writeFileSync(join(pairs, "tokenizer.json"), JSON.stringify(tinyPairTokenizer()));
    const text = (...more: readonly string[]): Promise<CliResult> =>
      runCli(["text", "--model", pairs, "--threads", "1", "--tokens", "4", "--json", ...more]);
    const answer = await text("the", "--to", "<to-fr>", "--seed", "1");
    const ids = await text("--ids", "258,257,259", "--temperature", "0", "--seed", "1");
    expect(JSON.parse(answer.stdout).samples).toEqual(JSON.parse(ids.stdout).samples);
    expect(await text("the", "--to", "<to-es>")).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/no separator "<to-es>"[^]*<to-fr>, <to-de>/),
    });
    expect(await text("--score", file, "--to", "<to-fr>")).toMatchObject({ code: 2 });
  });

  it("stops at the ids of generation_config.json, and does not print them", async () => {
    const ended = join(folder, "ended");
    writeTinyTextCheckpoint(ended);
    const first = await run(["the cat", "--json", ...GREEDY]);
    const { ids } = JSON.parse(first.stdout).samples[0];
    writeFileSync(join(ended, "generation_config.json"), JSON.stringify({ eos_token_id: [261, ids[3]] }));
    const { stdout } = await run(["the cat", "--model", ended, "--json", ...GREEDY]);
    expect(JSON.parse(stdout).samples[0]).toMatchObject({
      ids: ids.slice(0, ids.indexOf(ids[3])),
      end: "end-of-text",
    });
  });

  it("uses the included model by default, and says so", async () => {
    const { code, stdout, stderr } = await runCli(["text", "ROMEO:", "--tokens", "5", "--seed", "1"]);
    expect(code).toBe(0);
    expect(stdout.length).toBeGreaterThan(5);
    expect(stderr).toMatch(/^shakespeare is a toy .*GPT-2/);
    const quiet = await runCli(["text", "ROMEO:", "--tokens", "5", "--seed", "1", "--quiet"]);
    expect(quiet.stderr).toBe("");
    expect(quiet.stdout).toBe(stdout);
  });

  it("stops at SIGINT", async () => {
    const { code, stderr } = await runCli(
      [...textCommand, "the", "--context-shift", "--tokens", "1000", "--json", "--top-k", "1"],
      {
        onHeld: (send) => send("SIGINT"),
      },
    );
    expect(code).toBe(1);
    expect(stderr).toMatch(/^1 of 1000 tokens\n(.*\n)*error: stopped by SIGINT\n$/);
  });

  it("ends the line of the streamed text when stopped", async () => {
    const { code, stdout, stderr } = await runCli(
      [...textCommand, "the", "--context-shift", "--tokens", "1000", "--top-k", "1"],
      {
        onHeld: (send) => send("SIGINT"),
      },
    );
    expect(code).toBe(1);
    expect(stdout).toMatch(/.\n$/s);
    expect(stderr).not.toContain("nothing was written");
  });
});

describe("ostinato text --score", () => {
  it("measures a text, with readable and JSON output", async () => {
    const { code, stdout, stderr } = await run(["--score", file]);
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /^\d\.\d{4} bits per byte, perplexity \d+\.\d{3}, 4 tokens, 4 bytes {2}.*prompt\.txt\n$/,
    );
    expect(stderr).toContain("windows of 24 tokens, 12 apart");
    const json = await run(["--score", file, "--stride", "5", "--json", "--quiet"]);
    expect(json.stderr).toBe("");
    expect(JSON.parse(json.stdout)).toEqual({
      file,
      model,
      bitsPerByte: expect.any(Number),
      perplexity: expect.any(Number),
      nllPerId: expect.any(Number),
      ids: 4,
      bytes: 4,
      window: 24,
      stride: 5,
    });
  });
});
