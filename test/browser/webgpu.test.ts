/** The graph's WebGPU variant in a browser, with a software renderer (SwiftShader). */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { TINY_CONFIG, writeTinyCheckpoint } from "../tiny-checkpoint.ts";
import { activationModel, EXPECTED, wrongActivations } from "../models/activation-graph.ts";
import { randomIds, relativeError } from "../models/reference.ts";
import { hasChromium, launchChromium } from "./chromium.ts";
import { startStaticServer, type StaticServer } from "./static-server.ts";
import type { ActivationQuestion, Answer, Question } from "./webgpu-page/main.ts";

const PATIENCE = 400_000;
const SOFTWARE_ADAPTER = ["--enable-unsafe-webgpu", "--use-webgpu-adapter=swiftshader"];
const NO_ADAPTER = ["--disable-features=WebGPU,WebGPUService", "--use-webgpu-adapter=none"];

/** With a window of few ids: each run of one id takes long. */
const RELATIVE = { ...TINY_CONFIG, n_positions: 12, n_embd: 64, n_inner: 128 };
const LEARNED = {
  model_type: "gpt2",
  vocab_size: 61,
  n_positions: 12,
  n_embd: 32,
  n_layer: 2,
  n_head: 2,
};

describe.skipIf(!hasChromium())("WebGPU", { timeout: PATIENCE }, () => {
  const folder = mkdtempSync(join(tmpdir(), "ostinato-webgpu-"));
  let server: StaticServer | undefined;
  /** Those that are started, by their flags. */
  const browsers = new Map<readonly string[], Promise<Browser>>();

  beforeAll(async () => {
    writeTinyCheckpoint(join(folder, "relative"), RELATIVE);
    writeTinyCheckpoint(join(folder, "learned"), LEARNED);
    server = await startStaticServer({
      folders: {
        "/relative/": join(folder, "relative"),
        "/learned/": join(folder, "learned"),
        "/": inject("webGpuPageFolder"),
      },
      isolated: false,
    });
  }, PATIENCE);

  afterAll(async () => {
    for (const browser of browsers.values()) await (await browser).close();
    await server?.close();
    rmSync(folder, { recursive: true });
  });

  async function open(flags: readonly string[]): Promise<Page> {
    const started = browsers.get(flags) ?? launchChromium(flags);
    browsers.set(flags, started);
    const context = await (await started).newContext();
    const page = await context.newPage();
    page.setDefaultTimeout(PATIENCE);
    return page;
  }

  async function start(page: Page): Promise<void> {
    await page.goto(server?.url ?? "");
    await page.waitForFunction("globalThis.answer");
  }

  /** Asks each question of one page, and tells what was downloaded. */
  async function ask(flags: readonly string[], questions: readonly Question[], before = "") {
    const page = await open(flags);
    try {
      await page.addInitScript(before);
      const downloads: string[] = [];
      page.on("request", (request) => downloads.push(request.url().replace(/.*\//, "")));
      await start(page);
      const answers: Answer[] = [];
      for (const question of questions) {
        answers.push(await page.evaluate(`answer(${JSON.stringify(question)})`));
      }
      await page.evaluate("dispose()");
      return { answers, downloads };
    } finally {
      await page.context().close();
    }
  }

  it("computes the same logits and attention as WebAssembly", async () => {
    const lengths = { relative: 13, learned: 3 }; // the first past its window
    const questions = Object.entries(lengths).flatMap(([name, count]): Question[] => {
      const asked = { model: `${name}/`, ids: randomIds(count, 61, 1) };
      return [
        { ...asked, options: { backend: "webgpu" } },
        { ...asked, options: { backend: "webgpu", precision: "int8" } },
        { ...asked, options: { backend: "wasm" } },
      ];
    });
    const { answers } = await ask(SOFTWARE_ADAPTER, questions);
    const ran = ["webgpu", "webgpu", "wasm"].map((backend) => [backend]);
    expect(answers.map(({ backend, warnings }) => [backend, ...warnings])).toEqual([...ran, ...ran]);
    for (const [index, name] of Object.keys(lengths).entries()) {
      const [webgpu, int8, wasm] = answers.slice(3 * index);
      for (const part of ["whole", "steps", "attention"] as const) {
        const expected = wasm?.[part].flat() ?? [];
        expect(expected.length, `${name}, ${part}`).toBeGreaterThan(0);
        expect(relativeError(webgpu?.[part].flat() ?? [], expected), `${name}, ${part}`).toBeLessThan(1e-4);
        expect(relativeError(int8?.[part].flat() ?? [], expected), `${name}, ${part}, int8`).toBeLessThan(
          0.05,
        );
        expect(int8?.[part]).not.toEqual(webgpu?.[part]);
      }
    }
  });

  it("computes every activation function as PyTorch", async () => {
    const { x, slopes } = EXPECTED;
    const asked: ActivationQuestion = { model: [...activationModel()], x, slope: slopes[0]! };
    const page = await open(SOFTWARE_ADAPTER);
    await start(page);
    const found: Record<string, number[]> = await page.evaluate(`activations(${JSON.stringify(asked)})`);
    await page.context().close();
    // ONNX Runtime's Softplus is within 1e-7 there; the root of such a number is within 1.1e-5.
    expect(wrongActivations(found, 2e-5)).toEqual([]);
  });

  it("falls back to WebAssembly with one line without an adapter, and downloads no WebGPU files", async () => {
    const { answers, downloads } = await ask(NO_ADAPTER, [
      { model: "relative/", ids: [1], options: { backend: "webgpu" } },
      { model: "relative/", ids: [1], options: {} },
    ]);
    expect(answers.map(({ backend, warnings }) => [backend, ...warnings])).toEqual([
      ["wasm", "WebGPU cannot be used; using WebAssembly: there is no graphics adapter"],
      ["wasm"],
    ]);
    expect(downloads.filter((name) => /wasm.*\.wasm$/.test(name))).toHaveLength(1);
    expect(downloads.filter((name) => /webgpu|asyncify/.test(name))).toEqual([]);
  });

  it("runs a small model on request only", async () => {
    const { answers, downloads } = await ask(SOFTWARE_ADAPTER, [
      { model: "relative/", ids: [1], options: {} },
    ]);
    expect(answers.map(({ backend, warnings }) => [backend, ...warnings])).toEqual([["wasm"]]);
    expect(downloads.filter((name) => /webgpu|asyncify/.test(name))).toEqual([]);
  });

  it("falls back to WebAssembly when the session fails", async () => {
    const { answers } = await ask(
      SOFTWARE_ADAPTER,
      [{ model: "relative/", ids: [1, 2], options: { backend: "webgpu" } }],
      `GPUAdapter.prototype.requestDevice = async () => { throw new Error("the device is lost"); };`,
    );
    const [answer] = answers;
    expect(answer?.backend).toBe("wasm");
    expect(answer?.steps.length).toBeGreaterThan(0);
    expect(answer?.warnings).toHaveLength(1);
    expect(answer?.warnings[0]).toMatch(/^WebGPU cannot run the model; using WebAssembly: .+/);
    expect(answer?.warnings[0]).not.toContain("\n");
  });
});
