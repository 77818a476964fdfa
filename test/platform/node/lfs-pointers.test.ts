import { cpSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, describe, expect, it, vi } from "vitest";
import { checkpointInMemory, readCheckpoint } from "../../../models/index.ts";
import { loadTextModel } from "../../../src/platform/node/load-model.ts";
import { runCli } from "../../cli/run-cli.ts";
import { TINY_MERGES, TINY_VOCABULARY, writeTinyTextCheckpoint } from "../../tiny-text-checkpoint.ts";
import { pointerTo } from "./hub/hub-server.ts";

const scratch = mkdtempSync(join(tmpdir(), "ostinato-pointers-"));
const source = writeTinyTextCheckpoint(join(scratch, "source"));
const folder = join(scratch, "model");

afterAll(() => rmSync(scratch, { recursive: true }));

beforeEach(() => {
  rmSync(folder, { recursive: true, force: true });
  cpSync(source, folder, { recursive: true });
});

function replace(name: string, pointer: string | Uint8Array = pointerTo(Uint8Array.of(1))): void {
  writeFileSync(join(folder, name), pointer);
}

describe("a Git LFS pointer in a folder", () => {
  it.each([
    "model.safetensors",
    "tokenizer.json",
    "config.json",
    "generation_config.json",
    "tokenizer_config.json",
    "special_tokens_map.json",
    "added_tokens.json",
  ])("in place of %s is named, also by inspect, and nothing is downloaded", async (name) => {
    vi.stubGlobal("fetch", () => expect.unreachable());
    replace(name);
    const error = {
      name: "CheckpointError",
      code: "lfs-pointer",
      message: `${join(folder, name)} is a Git LFS pointer, not the file`,
      hint: "run `git lfs pull` in the repository that it comes from, or download the file itself",
    };
    await expect(loadTextModel(folder, { threads: 1 })).rejects.toMatchObject(error);
    const inspected = await runCli(["inspect", folder]);
    expect(inspected).toMatchObject({
      code: 1,
      stdout: "",
      stderr: `error: ${error.message} — ${error.hint}\n`,
    });
    vi.unstubAllGlobals();
  });

  it("in place of merges.txt, vocab.json or a shard is named too", async () => {
    rmSync(join(folder, "tokenizer.json"));
    writeFileSync(join(folder, "vocab.json"), JSON.stringify(TINY_VOCABULARY));
    replace("merges.txt");
    await expect(loadTextModel(folder, { threads: 1 })).rejects.toMatchObject({ code: "lfs-pointer" });
    writeFileSync(join(folder, "merges.txt"), TINY_MERGES);
    replace("vocab.json");
    await expect(loadTextModel(folder, { threads: 1 })).rejects.toMatchObject({ code: "lfs-pointer" });
    writeFileSync(join(folder, "vocab.json"), JSON.stringify(TINY_VOCABULARY));
    const shard = "model-00001-of-00001.safetensors";
    renameSync(join(folder, "model.safetensors"), join(folder, shard));
    const index = { weight_map: { "wte.weight": shard } };
    writeFileSync(join(folder, "model.safetensors.index.json"), JSON.stringify(index));
    await (await loadTextModel(folder, { threads: 1 })).dispose();
    replace(shard);
    await expect(loadTextModel(folder, { threads: 1 })).rejects.toThrow(`${shard} is a Git LFS pointer`);
    expect((await runCli(["inspect", folder])).stderr).toContain(`${shard} is a Git LFS pointer`);
    replace("model.safetensors.index.json");
    expect((await runCli(["inspect", folder])).stderr).toContain("index.json is a Git LFS pointer");
  });

  it("in place of pytorch_model.bin is named where it would be read", async () => {
    replace("pytorch_model.bin");
    expect((await runCli(["inspect", folder])).code).toBe(0);
    rmSync(join(folder, "model.safetensors"));
    expect((await runCli(["inspect", folder])).stderr).toContain("pytorch_model.bin is a Git LFS pointer");
    await expect(loadTextModel(folder, { threads: 1 })).rejects.toMatchObject({ code: "lfs-pointer" });
  });

  it.each([
    [
      "with line ends of Windows",
      "version https://git-lfs.github.com/spec/v1\r\noid sha256:00\r\nsize 5\r\n",
    ],
    [
      "with extensions",
      "version https://git-lfs.github.com/spec/v1\next-0-foo sha256:00\noid sha256:00\nsize 5\n",
    ],
    ["of an early version", "version https://hawser.github.com/spec/v1\noid sha256:00\nsize 5\n"],
    ["of the first version", "version http://git-media.io/v/2\noid sha256:00\nsize 5\n"],
  ])("%s is recognized, in memory as well", async (_, pointer) => {
    replace("model.safetensors", pointer);
    const read = (name: string): [string, Uint8Array] => [
      name,
      new Uint8Array(readFileSync(join(folder, name))),
    ];
    const files = new Map(["config.json", "model.safetensors"].map(read));
    await expect(readCheckpoint(checkpointInMemory(files))).rejects.toMatchObject({
      code: "lfs-pointer",
      message: "model.safetensors is a Git LFS pointer, not the file",
    });
  });

  it("is read in a folder that has the name of a GPT-2 size", async () => {
    renameSync(folder, join(scratch, "gpt2"));
    writeFileSync(join(scratch, "gpt2", "model.safetensors"), pointerTo(Uint8Array.of(1)));
    expect(await runCli(["inspect", "gpt2"], { cwd: scratch })).toMatchObject({ code: 1 });
    rmSync(join(scratch, "gpt2"), { recursive: true });
  });
});
