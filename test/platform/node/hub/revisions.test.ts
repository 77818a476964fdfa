import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { listModels } from "../../../../src/platform/node/list-models.ts";
import { loadTextModel } from "../../../../src/platform/node/load-model.ts";
import { modelFiles } from "../../../../src/platform/node/model-files.ts";
import { runCli } from "../../../cli/run-cli.ts";
import { TINY_TEXT_CONFIG, writeTinyTextCheckpoint } from "../../../tiny-text-checkpoint.ts";
import { HubHome, ID } from "./hub-home.ts";
import { COMMIT } from "./hub-server.ts";

const OTHER = "fedcba9876543210fedcba9876543210fedcba98";
const hub = new HubHome();

/** A model of another size than that of main. */
const folder = writeTinyTextCheckpoint(join(hub.scratch, "other"), { ...TINY_TEXT_CONFIG, n_layer: 1 });
const files = new Map(
  readdirSync(folder).map((name) => [name, new Uint8Array(readFileSync(join(folder, name)))]),
);
const other = { commit: OTHER, files };
const serve = () => hub.serve({ revisions: { "v1.0": other, "refs/pr/1": other } });
const snapshot = (commit: string): string => join(hub.storage, "snapshots", commit);
const ref = (name: string): string => readFileSync(join(hub.storage, "refs", name), "utf8");

describe("a revision of a hub model", () => {
  it("has its own files in the cache, and is there offline", async () => {
    const server = await serve();
    expect(await hub.download()).toBe(snapshot(COMMIT));
    expect(await hub.download({ revision: "v1.0" })).toBe(snapshot(OTHER));
    expect(await hub.download({ revision: "refs/pr/1" })).toBe(snapshot(OTHER));
    expect([ref("main"), ref("v1.0"), ref("refs/pr/1")]).toEqual([COMMIT, OTHER, OTHER]);
    expect(
      readFileSync(join(snapshot(OTHER), "config.json")).equals(files.get("config.json") ?? new Uint8Array()),
    ).toBe(true);
    server.stop();
    expect(await hub.download({ revision: "v1.0", offline: true })).toBe(snapshot(OTHER));
    expect(await hub.download({ offline: true })).toBe(snapshot(COMMIT));
    await expect(hub.download({ revision: "v2", offline: true })).rejects.toThrow(
      `${ID}@v2 is not in the cache`,
    );
    const names = (await listModels()).filter(({ source }) => source === "hub").map(({ name }) => name);
    expect(names).toEqual([ID, `${ID}@refs/pr/1`, `${ID}@v1.0`]);
  });

  it("may be a commit, which needs no ref; an interrupted one is not there offline", async () => {
    const server = await serve();
    server.cuts.push(3000, 0, 0, 0, 0, 0);
    await expect(hub.download({ revision: OTHER })).rejects.toMatchObject({ code: "download-failed" });
    await expect(hub.download({ revision: OTHER, offline: true })).rejects.toThrow(
      `${ID}@${OTHER} is not in the cache`,
    );
    expect(await hub.download({ revision: OTHER })).toBe(snapshot(OTHER));
    expect(existsSync(join(hub.storage, "refs"))).toBe(false);
    expect(await hub.download({ revision: OTHER, offline: true })).toBe(snapshot(OTHER));
  });

  it("that does not exist is named, apart from a model that does not exist", async () => {
    const server = await serve();
    const missing = {
      name: "CheckpointError",
      code: "unknown-revision",
      message: `the hub's "${ID}" has no revision "v9"`,
      hint: expect.stringContaining("name a branch, a tag or a commit"),
    };
    await expect(hub.download({ revision: "v9" })).rejects.toMatchObject(missing);
    await expect(hub.download({ id: "someone/else", revision: "v9" })).rejects.toMatchObject({
      code: "unknown-model",
      message: 'the hub has no model "someone/else"',
    });
    // A hub without codes and words.
    server.instead = (path) => (path.endsWith("/main") ? undefined : { status: 404 });
    await expect(hub.download({ revision: "v9" })).rejects.toMatchObject(missing);
    server.instead = () => ({ status: 404 });
    await expect(hub.download({ revision: "v9" })).rejects.toMatchObject({ code: "unknown-model" });
  });

  it("is chosen by the name or the option, in the library and on the command line", async () => {
    await serve();
    const layers = async (name: string, revision?: string): Promise<number> => {
      const model = await loadTextModel(name, { threads: 1, revision });
      await model.dispose();
      return model.decoder.config.layers;
    };
    expect(await layers(ID)).toBe(2);
    expect(await layers(`${ID}@v1.0`)).toBe(1);
    expect(await layers(ID, "v1.0")).toBe(1);
    const env = { HF_HOME: hub.home, HF_ENDPOINT: process.env["HF_ENDPOINT"] ?? "" };
    const named = await runCli(["inspect", `${ID}@v1.0`], { env });
    expect(named.stdout).toMatch(/^someone\/tiny-gpt2@v1\.0: 1 layers/);
    const chosen = await runCli(["inspect", ID, "--revision", "v1.0"], { env });
    expect(chosen.stdout).toMatch(/^someone\/tiny-gpt2: 1 layers/);
    const text = ["text", "the", "--tokens", "3", "--seed", "1", "--model"];
    const [byName, byOption, main] = [
      await runCli([...text, `${ID}@v1.0`], { env }),
      await runCli([...text, ID, "--revision", "v1.0"], { env }),
      await runCli([...text, ID], { env }),
    ];
    expect(byName.code).toBe(0);
    expect(byOption.stdout).toBe(byName.stdout);
    expect(main.stdout).not.toBe(byName.stdout);
  });

  it("is wrong usage for a model that has none, and one that cannot exist", async () => {
    const mine = join(hub.scratch, "mine@v1");
    mkdirSync(mine, { recursive: true });
    await expect(modelFiles("piano", { revision: "v1" })).rejects.toThrow('"piano" is not one');
    await expect(modelFiles(mine, { revision: "v1" })).rejects.toMatchObject({ name: "OptionError" });
    await expect(modelFiles("https://127.0.0.1/m/", { revision: "v1" })).rejects.toMatchObject({
      name: "OptionError",
    });
    expect(await runCli(["inspect", "piano", "--revision", "v1"])).toMatchObject({
      code: 2,
      stderr:
        'error: a revision is of models of the Hugging Face hub, and "piano" is not one — omit the revision, or name a model as owner/name\n',
    });
    expect(await runCli(["inspect", "a/b@../x"])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('"../x" is not a revision'),
    });
    expect(await runCli(["inspect", "in.mid", "--revision", "v1"])).toMatchObject({ code: 2 });
    rmSync(mine, { recursive: true });
  });
});
