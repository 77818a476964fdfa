import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { readConfig } from "../../../../models/index.ts";
import { checkpointFolder } from "../../../../src/platform/node/checkpoint-folder.ts";
import { modelFiles } from "../../../../src/platform/node/model-files.ts";
import { runCli } from "../../../cli/run-cli.ts";
import { TINY_TEXT_CONFIG, writeTinyTextCheckpoint } from "../../../tiny-text-checkpoint.ts";

const scratch = mkdtempSync(join(tmpdir(), "ostinato-snapshots-"));
const small = writeTinyTextCheckpoint(join(scratch, "small"), { ...TINY_TEXT_CONFIG, n_layer: 1 });
const large = writeTinyTextCheckpoint(join(scratch, "large"));
const [A, B] = ["a", "b"].map((letter) => letter.repeat(40)) as [string, string];
const folder = join(scratch, "models--someone--tiny");

afterAll(() => rmSync(scratch, { recursive: true }));

beforeEach(() => rmSync(folder, { recursive: true, force: true }));

function snapshot(commit: string, source: string): void {
  cpSync(source, join(folder, "snapshots", commit), { recursive: true });
}

function ref(name: string, commit: string): void {
  const path = join(folder, "refs", name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `${commit}\n`);
}

const layers = async (revision?: string): Promise<number> =>
  (await readConfig(await checkpointFolder(folder, revision))).layers;

describe("a folder of Hugging Face's cache", () => {
  it("has the files that refs/main names, also among several", async () => {
    snapshot(A, small);
    ref("main", A);
    expect(await layers()).toBe(1);
    snapshot(B, large);
    expect(await layers()).toBe(1);
    ref("main", B);
    expect(await layers()).toBe(2);
    ref("refs/pr/1", A);
    expect(await layers("refs/pr/1")).toBe(1);
    expect(await layers(A)).toBe(1);
    expect((await readConfig(await modelFiles(folder, { revision: A }))).layers).toBe(1);
  });

  it("has the only snapshot, or the one that other refs name, without refs/main", async () => {
    snapshot(A, small);
    expect(await layers()).toBe(1);
    snapshot(B, large);
    ref("v1", B);
    expect(await layers()).toBe(2);
  });

  it("that does not tell which snapshot is meant is refused, with their folders", async () => {
    snapshot(A, small);
    snapshot(B, large);
    await expect(checkpointFolder(folder)).rejects.toMatchObject({
      name: "CheckpointError",
      code: "missing-file",
      message: `${folder}: snapshots/ has several commits, and there is no refs/main that names one`,
      hint: `name the folder: ${join(folder, "snapshots", A)}, ${join(folder, "snapshots", B)}`,
    });
    ref("main", "c".repeat(40));
    await expect(checkpointFolder(folder)).rejects.toMatchObject({
      message: `${folder}: refs/main names the commit ${"c".repeat(40)}, which snapshots/ does not have`,
    });
    await expect(checkpointFolder(folder, "v9")).rejects.toMatchObject({
      message: `${folder}: there is no revision "v9"`,
    });
    rmSync(join(folder, "snapshots", A), { recursive: true });
    rmSync(join(folder, "snapshots", B), { recursive: true });
    rmSync(join(folder, "refs"), { recursive: true });
    await expect(checkpointFolder(folder)).rejects.toMatchObject({
      message: `${folder}: snapshots/ is empty`,
      hint: "download the model again",
    });
  });

  it("is a model of every command", async () => {
    snapshot(A, small);
    ref("main", A);
    expect((await runCli(["inspect", folder])).stdout).toContain("1 layers");
    const text = await runCli(["text", "the", "--model", folder, "--tokens", "2", "--seed", "1", "--quiet"]);
    expect(text).toMatchObject({ code: 0, stderr: "" });
  });

  it("is not a folder that has a model and a subfolder of that name", async () => {
    cpSync(large, folder, { recursive: true });
    mkdirSync(join(folder, "snapshots"));
    expect(await layers()).toBe(2);
  });
});
