import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { scoreFromNotes, writeMidi } from "../../encoding/index.ts";
import { writeTinyCheckpoint } from "../tiny-checkpoint.ts";
import { runCli } from "./run-cli.ts";

const folder = mkdtempSync(join(tmpdir(), "ostinato-inspect-"));

describe("ostinato inspect, of a model", () => {
  it("counts the parameters of GPT-2 from its config, and explains the published count", async () => {
    const { code, stdout } = await runCli(["inspect", "gpt2"]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^total +124,439,808$/m);
    expect(stdout).toMatch(/^ {2}mlp\.c_fc\.bias +3072 +3,072$/m);
    expect(stdout).toMatch(/^ {2}all 12 +85,054,464$/m);
    expect(stdout).toContain("124,410,624");
    expect(stdout).toMatch(/^memory: {2}fp32 497\.8 MB, fp16 248\.9 MB, int8 \d+\.\d MB$/m);
    expect(stdout).toMatch(/^cache: {3}73,728 bytes for each id, 75\.5 MB for a window of 1024$/m);
  });

  it("prints the same as JSON", async () => {
    const { stdout } = await runCli(["inspect", "gpt2-xl", "--json"]);
    expect(JSON.parse(stdout)).toMatchObject({
      model: "gpt2-xl",
      config: { layers: 48, width: 1600, heads: 25 },
      parameters: 1_557_611_200,
      memoryBytes: { fp32: 4 * 1_557_611_200, fp16: 2 * 1_557_611_200 },
      cacheBytesPerId: 614_400,
    });
  });

  it("says what the ids of a model of music mean", async () => {
    const band = fileURLToPath(new URL("../models/golden/scaled-float16", import.meta.url));
    const { stdout } = await runCli(["inspect", band]);
    const lines = stdout.split("\n");
    const first = lines.findIndex((line) => line.startsWith("ids:"));
    expect(lines.slice(first, first + 11)).toEqual([
      "ids:     arrival times of 129 instruments, in triples of onset, duration and note (arrival-55028)",
      "  0–9,999        ONSET",
      "  10,000–10,999  DURATION",
      "  11,000–27,511  NOTE",
      "  27,512         REST",
      "  27,513–37,512  CONTROL_ONSET",
      "  37,513–38,512  CONTROL_DURATION",
      "  38,513–55,024  CONTROL_NOTE",
      "  55,025         SEPARATOR",
      "  55,026         AUTOREGRESS",
      "  55,027         ANTICIPATE",
    ]);
    expect((await runCli(["inspect", "piano"])).stdout).toContain(
      "ids:     performance events of a piano (performance-416)\n  0–127    NOTE_ON\n",
    );
    expect((await runCli(["inspect", "gpt2"])).stdout).not.toContain("ids: ");
    const json = JSON.parse((await runCli(["inspect", band, "--json"])).stdout);
    expect(json.ids.vocabulary).toBe("arrival-55028");
    expect(json.ids.ranges[2]).toEqual({ kind: "NOTE", first: 11_000, count: 16_512 });
  });

  it("accepts included models and folders", async () => {
    for (const name of ["piano", "shakespeare", writeTinyCheckpoint(join(folder, "tiny"))]) {
      const { code, stdout } = await runCli(["inspect", name]);
      expect(code).toBe(0);
      expect(stdout).toMatch(/^total +[\d,]+$/m);
    }
  });

  it("prefers a file to a model of the same name", async () => {
    const notes = [{ pitch: 60, velocity: 80, startSeconds: 0, endSeconds: 1 }];
    writeFileSync(join(folder, "gpt2"), writeMidi(scoreFromNotes(notes)));
    const { stdout } = await runCli(["inspect", "gpt2"], { cwd: folder });
    expect(stdout).toMatch(/^gpt2: 1\.0 s, 1 note,/);
  });

  it.each(["model.safetensors", "config.json"])(
    "shows the model of which a file is given: %s",
    async (name) => {
      const model = writeTinyCheckpoint(join(folder, "of-file"));
      const { code, stdout, stderr } = await runCli(["inspect", join(model, name)]);
      expect(code).toBe(0);
      expect(stdout).toBe((await runCli(["inspect", model])).stdout);
      expect(stderr).toContain(`${join(model, name)} is a file of the model in ${model}`);
    },
  );

  it.each([
    ["model.safetensors", "holds weights, and there is no config.json in its folder"],
    ["pytorch_model.bin", "holds PyTorch's weights, and there is no config.json in its folder"],
    ["tokenizer.json", "holds a part of a model, and there is no config.json in its folder"],
    ["model.onnx", "holds a graph of ONNX, which is not read"],
    ["model-q4.gguf", "holds a model for llama.cpp, which is not read"],
  ])("tells what a file of a model holds: %s", async (name, says) => {
    const alone = mkdtempSync(join(folder, "alone-"));
    writeFileSync(join(alone, name), "PK\u0003\u0004");
    const { code, stderr } = await runCli(["inspect", join(alone, name)]);
    expect(stderr).toMatch(/^error: /);
    expect(stderr).toContain(`${join(alone, name)} ${says}`);
    expect(code).toBe(1);
  });

  it("says that the file is a Git LFS pointer", async () => {
    const path = join(mkdtempSync(join(folder, "pointer-")), "pytorch_model.bin");
    writeFileSync(path, "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 5\n");
    const { code, stderr } = await runCli(["inspect", path]);
    expect(stderr).toContain(`${path} is a Git LFS pointer, not the file — run \`git lfs pull\``);
    expect(code).toBe(1);
  });

  it("reads a MIDI file whatever its name is", async () => {
    const notes = [{ pitch: 60, velocity: 80, startSeconds: 0, endSeconds: 1 }];
    writeFileSync(join(folder, "song.bin"), writeMidi(scoreFromNotes(notes)));
    const { stdout } = await runCli(["inspect", "song.bin"], { cwd: folder });
    expect(stdout).toMatch(/^song\.bin: 1\.0 s, 1 note,/);
  });

  it.each([
    { parameters: ["gpt2", "--lenient"], code: 2, says: /--lenient is for MIDI files/ },
    { parameters: ["gpt2", "--tracks", "1"], code: 2, says: /--tracks is for MIDI files/ },
    { parameters: ["missing/file.mid"], code: 1, says: /cannot read missing\/file\.mid: it does not exist/ },
    { parameters: ["no-such-model"], code: 1, says: /cannot read no-such-model: it does not exist/ },
    { parameters: ["someone/model", "--offline"], code: 1, says: /someone\/model is not in the cache/ },
    { parameters: [tmpdir()], code: 1, says: /config\.json cannot be opened/ },
  ])("exits with $code for $parameters", async ({ parameters, code, says }) => {
    const result = await runCli(["inspect", ...parameters], { env: { HF_HOME: folder } });
    expect(result.stderr).toMatch(says);
    expect(result.code).toBe(code);
  });
});
