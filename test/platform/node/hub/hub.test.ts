import { existsSync, lstatSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, vi } from "vitest";
import { writeSafetensors } from "../../../../models/index.ts";
import type { DownloadProgress } from "../../../../src/platform/checkpoint-url.ts";
import { loadTextModel } from "../../../../src/platform/node/load-model.ts";
import { runCli } from "../../../cli/run-cli.ts";
import { HubHome, ID } from "./hub-home.ts";
import { COMMIT } from "./hub-server.ts";

const hub = new HubHome();
const { files, source, weights } = hub;
const serve = hub.serve.bind(hub);
const download = hub.download.bind(hub);
const blobs = hub.blobs.bind(hub);
const storage = (): string => hub.storage;

describe("hubFolder", () => {
  it("downloads a model into Hugging Face's cache, and reports progress", async () => {
    const { downloads } = await serve();
    const seen: DownloadProgress[] = [];
    const folder = await download({ onProgress: (progress) => seen.push(progress) });
    expect(folder).toBe(join(storage(), "snapshots", COMMIT));
    for (const [name, content] of files) {
      expect(readFileSync(join(folder, name)).equals(content), name).toBe(true);
      expect(lstatSync(join(folder, name)).isSymbolicLink()).toBe(true);
    }
    expect(readFileSync(join(storage(), "refs", "main"), "utf8")).toBe(COMMIT);
    expect(
      blobs()
        .map((name) => name.length)
        .sort(),
    ).toEqual([40, 40, 64]);
    expect(downloads.map(({ file }) => file).sort()).toEqual([...files.keys()].sort());
    const loaded = seen.filter(({ file }) => file === "model.safetensors");
    expect(loaded.at(-1)).toEqual({
      file: "model.safetensors",
      loadedBytes: weights.length,
      totalBytes: weights.length,
    });
  });

  it.each(["main", "../../elsewhere"])("refuses an invalid commit of the hub: %s", async (commit) => {
    await serve({ commit });
    await expect(download()).rejects.toThrow(JSON.stringify(commit));
    expect(existsSync(storage())).toBe(false);
  });

  it("requests nothing twice", async () => {
    const { downloads } = await serve();
    const first = await download();
    const count = downloads.length;
    expect(await download()).toBe(first);
    expect(downloads).toHaveLength(count);
  });

  it("resumes after each interruption", async () => {
    const { cuts, downloads } = await serve();
    cuts.push(1000, 5000, 1, 0, 0, 7000);
    const folder = await download();
    expect(readFileSync(join(folder, "model.safetensors")).equals(weights)).toBe(true);
    const from = downloads.filter(({ file }) => file === "model.safetensors").map((each) => each.from);
    expect(from).toEqual([0, 1000, 6000, 6001, 6001, 6001, 13001]);
  });

  it("gives up when no data arrives, and resumes in the next run", async () => {
    const { cuts, downloads } = await serve();
    cuts.push(3000, 0, 0, 0, 0, 0);
    await expect(download()).rejects.toMatchObject({
      name: "CheckpointError",
      code: "download-failed",
      message: expect.stringContaining(
        `${ID}/model.safetensors broke off after 3000 of ${weights.length} bytes`,
      ),
    });
    expect(existsSync(join(storage(), "refs", "main"))).toBe(false);
    await download();
    expect(downloads.at(-1)).toEqual({ file: "model.safetensors", from: 3000 });
    expect(blobs().some((name) => name.endsWith(".incomplete"))).toBe(false);
  });

  it("retries when the server is overloaded, not when it refuses", async () => {
    const server = await serve();
    server.refusals.push(503, 429, 500);
    const folder = await download();
    expect(readFileSync(join(folder, "model.safetensors")).equals(weights)).toBe(true);
    expect(server.refusals).toEqual([]);
    rmSync(storage(), { recursive: true });
    server.refusals.push(403, 403);
    await expect(download()).rejects.toMatchObject({
      name: "CheckpointError",
      code: "access-denied",
      message: `${ID}/model.safetensors: HTTP 403 Forbidden`,
      hint: expect.stringContaining("HF_TOKEN"),
    });
    expect(server.refusals).toEqual([403]);
  });

  it("restarts if the server does not support ranges", async () => {
    const server = await serve();
    server.ignoresRange = true;
    server.cuts.push(4000);
    const folder = await download();
    expect(readFileSync(join(folder, "model.safetensors")).equals(weights)).toBe(true);
  });

  it("refuses content with another hash, and deletes it", async () => {
    const server = await serve();
    const damaged = weights.slice();
    damaged[damaged.length - 1] = (damaged[damaged.length - 1] ?? 0) ^ 1;
    server.falsified.set("model.safetensors", damaged);
    await expect(download()).rejects.toThrow(/model\.safetensors: its hash is [0-9a-f]{64}, the hub says/);
    expect(blobs()).toHaveLength(2);
    server.falsified.set("model.safetensors", new Uint8Array(weights.length + 1));
    await expect(download()).rejects.toThrow(/sends more than the \d+ bytes/);
    server.falsified.clear();
    server.falsified.set("config.json", new TextEncoder().encode("{}"));
    rmSync(storage(), { recursive: true });
    await expect(download()).rejects.toMatchObject({ code: "download-failed" });
  });

  it("restarts when the partial file of an earlier run has wrong content", async () => {
    const { cuts, downloads } = await serve();
    cuts.push(2000, 0, 0, 0, 0, 0);
    await download().catch(() => undefined);
    const partial = blobs().find((name) => name.endsWith(".incomplete")) ?? "";
    writeFileSync(join(storage(), "blobs", partial), new Uint8Array(2000));
    const folder = await download();
    expect(readFileSync(join(folder, "model.safetensors")).equals(weights)).toBe(true);
    expect(downloads.slice(-2).map(({ from }) => from)).toEqual([2000, 0]);
  });

  it("uses only the cache when offline", async () => {
    const server = await serve();
    await expect(download({ offline: true })).rejects.toThrow(/is not in the cache/);
    const folder = await download();
    const { requests } = server;
    expect(await download({ offline: true })).toBe(folder);
    vi.stubEnv("HF_HUB_OFFLINE", "1");
    expect(await download()).toBe(folder);
    expect(server.requests).toBe(requests);
  });

  it("uses the cache when the hub cannot be reached, and says so", async () => {
    const server = await serve();
    const folder = await download();
    server.stop();
    const warnings: string[] = [];
    expect(await download({ onWarning: (message) => warnings.push(message) })).toBe(folder);
    expect(warnings).toEqual([`the hub cannot be reached; using the cached ${ID}`]);
    rmSync(storage(), { recursive: true });
    await expect(download()).rejects.toThrow(`"${ID}" is not a local folder, and the hub at`);
  });

  it("reports a model without weights", async () => {
    await serve({ files: new Map([["config.json", new Uint8Array(3)]]) });
    await expect(download()).rejects.toThrow(`${ID} has no model.safetensors and no pytorch_model.bin`);
  });

  it("downloads only the shards of the index", async () => {
    const shard = writeSafetensors([{ name: "a", dtype: "U8", shape: [1], bytes: Uint8Array.of(1) }]);
    const index = { weight_map: { a: "model-00001-of-00001.safetensors", b: "../../outside.safetensors" } };
    await serve({
      files: new Map<string, Uint8Array>([
        ["config.json", files.get("config.json") ?? new Uint8Array()],
        ["model.safetensors.index.json", new TextEncoder().encode(JSON.stringify(index))],
        ["model-00001-of-00001.safetensors", shard],
        ["../../outside.safetensors", shard],
        ["pytorch_model.bin", shard],
      ]),
    });
    const folder = await download();
    expect(readdirSync(folder).sort()).toEqual([
      "config.json",
      "model-00001-of-00001.safetensors",
      "model.safetensors.index.json",
    ]);
  });

  it("downloads pytorch_model.bin if there is no model.safetensors, with and without shards", async () => {
    const config = files.get("config.json") ?? new Uint8Array();
    const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
    const index = {
      weight_map: { a: "pytorch_model-00001-of-00001.bin", b: "model-00001-of-00001.safetensors" },
    };
    const shards = new Map<string, Uint8Array>([
      ["config.json", config],
      ["pytorch_model.bin.index.json", bytes(JSON.stringify(index))],
      ["pytorch_model-00001-of-00001.bin", bytes("a")],
      ["model-00001-of-00001.safetensors", bytes("b")],
    ]);
    await serve({ files: shards });
    expect(readdirSync(await download()).sort()).toEqual([
      "config.json",
      "pytorch_model-00001-of-00001.bin",
      "pytorch_model.bin.index.json",
    ]);
    await serve({ files: new Map([...shards, ["pytorch_model.bin", bytes("c")]]), commit: "e".repeat(40) });
    expect(readdirSync(await download()).sort()).toEqual(["config.json", "pytorch_model.bin"]);
  });

  it("names a shard that the hub does not have, before the download of the others", async () => {
    const json = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));
    const weightMap = { a: "pytorch_model-00001-of-00002.bin", b: "pytorch_model-00002-of-00002.bin" };
    const { downloads } = await serve({
      files: new Map([
        ["config.json", files.get("config.json") ?? new Uint8Array()],
        ["pytorch_model.bin.index.json", json({ weight_map: weightMap })],
        ["pytorch_model-00001-of-00002.bin", json("a")],
      ]),
    });
    await expect(download()).rejects.toMatchObject({
      name: "CheckpointError",
      code: "missing-file",
      message: `${ID} has no pytorch_model-00002-of-00002.bin, which its pytorch_model.bin.index.json names`,
    });
    expect(downloads.map(({ file }) => file)).toEqual(["config.json", "pytorch_model.bin.index.json"]);
    expect(existsSync(join(storage(), "refs", "main"))).toBe(false);
  });

  it("downloads the optional files of a text model that the hub has", async () => {
    const json = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));
    const more = new Map([
      ["generation_config.json", json({ eos_token_id: [70, 71] })],
      ["tokenizer_config.json", json({ add_prefix_space: true })],
      ["special_tokens_map.json", json({ bos_token: "<s>" })],
      ["added_tokens.json", json({ "<s>": 259 })],
      ["training_args.bin", json({})],
    ]);
    await serve({ files: new Map([...files, ...more]) });
    const folder = await download();
    expect(readdirSync(folder).sort()).toEqual(
      [...files.keys(), ...more.keys()].filter((name) => name !== "training_args.bin").sort(),
    );
    const model = await loadTextModel(folder, { threads: 1 });
    expect([model.startId, [...model.endIds]]).toEqual([259, [70, 71]]);
    expect(model.encodePrompt("<s>the", { specialTokens: true })).toEqual([259, 32, 257]);
    await model.dispose();
  });

  it("refuses an unsupported architecture before the download of its weights", async () => {
    const config = new TextEncoder().encode('{ "model_type": "llama" }');
    const { downloads } = await serve({ files: new Map([...files, ["config.json", config]]) });
    await expect(download()).rejects.toThrow('"model_type" is "llama"');
    expect(downloads.map(({ file }) => file)).toEqual(["config.json"]);
    const others = new Map([...files].filter(([name]) => name !== "config.json"));
    await serve({ files: others, commit: "f".repeat(40) });
    await expect(download()).rejects.toThrow("config.json cannot be opened");
  });

  it("stops when the signal aborts", async () => {
    const abort = new AbortController();
    const reason = new Error("enough");
    await serve();
    const onProgress = (): void => abort.abort(reason);
    await expect(download({ signal: abort.signal, onProgress })).rejects.toBe(reason);
  });
});

describe("a model of the hub", () => {
  it("is loaded by its id", async () => {
    await serve();
    const model = await loadTextModel(ID, { threads: 1 });
    const local = await loadTextModel(source, { threads: 1 });
    const options = { temperature: 0, tokens: 5, seed: 1 };
    expect(await model.generate("the", options)).toEqual(await local.generate("the", options));
    await Promise.all([model.dispose(), local.dispose()]);
  });

  it("is loaded by its id on the command line, offline the second time", async () => {
    await serve();
    const env = { HF_HOME: hub.home, HF_ENDPOINT: process.env["HF_ENDPOINT"] ?? "" };
    const parameters = ["text", "the", "--model", ID, "--tokens", "3", "--seed", "1", "--quiet"];
    const first = await runCli([...parameters, "--offline"], { env });
    expect(first.code).toBe(1);
    expect(first.stderr).toMatch(/^error: someone\/tiny-gpt2 is not in the cache/);
    const second = await runCli(parameters, { env });
    expect(second).toMatchObject({ code: 0, stderr: "" });
    hub.server.stop();
    expect(await runCli([...parameters, "--offline"], { env })).toMatchObject({
      code: 0,
      stdout: second.stdout,
    });
  });
});
