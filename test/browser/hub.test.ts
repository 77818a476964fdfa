/** A text model of the hub in a browser: `fetch`, the Cache API, interrupted downloads. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, it } from "vitest";
import { tokenizerJson } from "../../encoding/text/tokenizer-json.ts";
import { readSafetensors } from "../../models/index.ts";
import { loadTextModel } from "../../src/platform/node/load-model.ts";
import { pytorchFromSafetensors } from "../models/checkpoint/pytorch-from-safetensors.ts";
import { COMMIT, HubServer, type HubServerOptions } from "../platform/node/hub/hub-server.ts";
import { writeTinyTextCheckpoint } from "../tiny-text-checkpoint.ts";
import { hasChromium } from "./chromium.ts";
import { PATIENCE } from "./built-page.ts";
import { sharedOpener } from "./opener.ts";
import { startStaticServer, type StaticServer } from "./static-server.ts";
import type { TextAnswer, TextQuestion } from "./text-page/main.ts";

const ID = "someone/tiny-gpt2";

describe.skipIf(!hasChromium())("a text model of the hub in the browser", { timeout: PATIENCE }, () => {
  const folder = mkdtempSync(join(tmpdir(), "ostinato-browser-hub-"));
  const source = writeTinyTextCheckpoint(join(folder, "model"));
  const files = new Map(
    readdirSync(source).map((name) => [name, new Uint8Array(readFileSync(join(source, name)))]),
  );
  const weights = files.get("model.safetensors")?.length ?? 0;
  let expected = "";
  let pages: StaticServer | undefined;
  let page: Page;
  let hub: HubServer;
  let model = "";

  beforeAll(async () => {
    const here = await loadTextModel(source, { threads: 1 });
    ({ text: expected } = await here.generate("the", { temperature: 0, tokens: 15, seed: 1 }));
    await here.dispose();
  }, PATIENCE);

  /** A hub, and a page of a new origin. */
  async function visit(options: Partial<HubServerOptions> = {}): Promise<void> {
    hub = new HubServer({ id: ID, files, ...options });
    model = `${await hub.start()}/${ID}/resolve/${COMMIT}/`;
    pages = await startStaticServer({ folders: { "/": inject("textPageFolder") }, isolated: false });
    page = await (await sharedOpener()).open();
    page.setDefaultTimeout(PATIENCE);
    await page.exposeFunction("arrived", (progress: { file: string; loadedBytes: number }) =>
      hub.arrived(progress),
    );
    await open();
  }

  async function leave(): Promise<void> {
    hub.stop();
    await (await sharedOpener()).clear();
    await pages?.close();
  }

  async function open(): Promise<void> {
    await page.goto(pages?.url ?? "");
    await page.waitForFunction("globalThis.write");
  }

  function write(question: Omit<TextQuestion, "model"> = {}): Promise<TextAnswer> {
    return page.evaluate(`write(${JSON.stringify({ model, ...question })})`);
  }

  const downloadsOf = (name: string): number[] =>
    hub.downloads.filter(({ file }) => file === name).map(({ from }) => from);

  beforeEach(() => visit(), PATIENCE);

  afterEach(leave);

  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  it("is downloaded with progress, and generates the same text as in Node", async () => {
    const { text, loadedBytes, totalBytes } = await write();
    expect(text).toBe(expected);
    expect(totalBytes).toBe(weights);
    expect(loadedBytes[0]).toBe(0);
    expect(loadedBytes.at(-1)).toBe(weights);
    expect(downloadsOf("model.safetensors")).toEqual([0]);
    await write();
    expect(downloadsOf("model.safetensors"), "not kept unless asked for").toHaveLength(2);
  });

  it("resumes the download after each interruption", async () => {
    hub.cuts.push(1000, 5000, 0);
    const { text, totalBytes } = await write({ cache: "models" });
    expect(text).toBe(expected);
    expect(totalBytes).toBe(weights);
    expect(downloadsOf("model.safetensors")).toEqual([0, 1000, 6000, 6000]);
  });

  it("restarts the download if the server does not support ranges", async () => {
    hub.ignoresRange = true;
    hub.cuts.push(4000);
    const { text } = await write();
    expect(text).toBe(expected);
    expect(downloadsOf("model.safetensors")).toEqual([0, 4000]);
  });

  it("caches complete files only, and does not download them again after a failure", async () => {
    hub.cuts.push(3000, 0, 0, 0, 0, 0);
    const { error } = await write({ cache: "models" });
    expect(error).toEqual({
      code: "download-failed",
      message: expect.stringMatching(/model\.safetensors stopped after 3000 bytes\b/),
    });
    hub.cuts.length = 0;
    hub.downloads.length = 0;
    const { text } = await write({ cache: "models" });
    expect(text).toBe(expected);
    expect(hub.downloads).toEqual([{ file: "model.safetensors", from: 0 }]);
  });

  it("is available offline after a reload, with the cache only", async () => {
    expect((await write({ cache: "models" })).text).toBe(expected);
    hub.stop();
    await open();
    const { text, loadedBytes } = await write({ cache: "models" });
    expect(text).toBe(expected);
    expect(loadedBytes).toEqual([]);
    expect((await write({ cache: "others" })).error?.message).toMatch(/cannot be fetched$/);
  });

  describe("with pytorch_model.bin", () => {
    const golden = join(import.meta.dirname, "../models/golden/pytorch-views");
    const bytes = (name: string): Uint8Array => new Uint8Array(readFileSync(join(golden, name)));
    const json = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));
    const tokenizer = tokenizerJson({ e: 1, h: 2, t: 3, th: 4, the: 5 }, "t h\nth e\n");
    const own = new Map([
      ["config.json", bytes("config.json")],
      ["tokenizer.json", json(tokenizer)],
    ]);
    const visitWith = async (others: Readonly<Record<string, Uint8Array>>): Promise<void> => {
      await leave();
      await visit({ files: new Map([...own, ...Object.entries(others)]) });
    };
    const isFirst = (name: string): boolean => name < "h.1";
    const shards = ["pytorch_model-00001-of-00002.bin", "pytorch_model-00002-of-00002.bin"] as const;

    it("reads PyTorch's own file: views, a transposed matrix, half precision", async () => {
      await visitWith({ "pytorch_model.bin": bytes("pytorch_model.bin") });
      const withBin = await write();
      expect(withBin.error).toBeUndefined();
      expect(withBin.loadedBytes.at(-1)).toBe(bytes("pytorch_model.bin").length);
      expect(hub.downloads.map(({ file }) => file)).toEqual([
        "config.json",
        "tokenizer.json",
        "pytorch_model.bin",
      ]);
      await visitWith({
        "model.safetensors": bytes("model.safetensors"),
        "pytorch_model.bin": json("unread"),
      });
      expect((await write()).text).toBe(withBin.text);
      expect(downloadsOf("pytorch_model.bin")).toEqual([]);
    });

    it("reads shards by their index, and names a missing one", async () => {
      const [first, second] = shards;
      const whole = files.get("model.safetensors") ?? new Uint8Array();
      const weightMap = readSafetensors(whole).map(({ name }) => [name, isFirst(name) ? first : second]);
      const sharded = {
        "config.json": files.get("config.json") ?? new Uint8Array(),
        "tokenizer.json": files.get("tokenizer.json") ?? new Uint8Array(),
        "pytorch_model.bin.index.json": json({ weight_map: Object.fromEntries(weightMap) }),
        [first]: pytorchFromSafetensors(whole, isFirst),
      };
      await visitWith({ ...sharded, [second]: pytorchFromSafetensors(whole, (name) => !isFirst(name)) });
      expect(await write()).toMatchObject({ text: expected });
      await visitWith(sharded);
      expect((await write()).error).toEqual({
        code: "missing-file",
        message: expect.stringMatching(/\/pytorch_model-00002-of-00002\.bin: HTTP 404/),
      });
    });
  });

  it("is refused before the download of its weights when its architecture is unsupported", async () => {
    await leave();
    const config = new TextEncoder().encode(JSON.stringify({ model_type: "llama", hidden_size: 64 }));
    await visit({ files: new Map([...files, ["config.json", config]]) });
    const { error } = await write({ cache: "models" });
    expect(error?.message).toContain("llama");
    expect(hub.downloads).toEqual([{ file: "config.json", from: 0 }]);
  });
});
