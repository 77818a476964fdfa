import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Browser, BrowserContext, ConsoleMessage, Page } from "playwright-core";
import { build } from "vite";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { readMidi } from "../../encoding/index.ts";
import { writeTinyCheckpoint } from "../tiny-checkpoint.ts";
import { hasChromium, launchChromium } from "./chromium.ts";
import { listenToAudio, loudness } from "./listen.ts";
import { startStaticServer, type StaticServer } from "./static-server.ts";

const PATIENCE = 120_000;

describe.skipIf(!hasChromium())("the built page", { timeout: PATIENCE }, () => {
  const folder = mkdtempSync(join(tmpdir(), "ostinato-page-"));
  const built = join(folder, "page");
  const model = join(folder, "model");
  let browser: Browser;
  let server: StaticServer | undefined;
  let context: BrowserContext | undefined;
  let complaints: string[] = [];

  beforeAll(async () => {
    writeTinyCheckpoint(model);
    const configFile = fileURLToPath(new URL("../../web/vite.config.ts", import.meta.url));
    [browser] = await Promise.all([
      launchChromium(),
      build({ configFile, logLevel: "error", build: { outDir: built, reportCompressedSize: false } }),
    ]);
  }, PATIENCE);

  afterEach(async () => {
    await context?.close();
    await server?.close();
    context = undefined;
    server = undefined;
  });

  afterAll(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true });
  });

  /** The page, in a folder of a server of its own, with a small model. */
  async function open(options: { isolated: boolean; query?: string; modelFolder?: string }): Promise<Page> {
    const folders = { "/some/where/models/piano/": options.modelFolder ?? model, "/some/where/": built };
    server = await startStaticServer({ folders, isolated: options.isolated });
    context = await browser.newContext({ acceptDownloads: true });
    context.setDefaultTimeout(PATIENCE / 2);
    complaints = [];
    const page = await context.newPage();
    page.on("console", (message) => complaints.push(...complaintOf(message)));
    page.on("pageerror", (error) => complaints.push(error.message));
    await listenToAudio(page);
    await page.goto(`${server.url}${options.query ?? ""}`);
    return page;
  }

  it("plays, shows, stops and saves music, with threads where it is isolated", async () => {
    const page = await open({ isolated: true, query: "?threads=2" });
    expect(await page.evaluate(() => globalThis.crossOriginIsolated)).toBe(true);
    await page.getByLabel("seed", { exact: true }).fill("7");
    await page.getByRole("button", { name: "Play" }).click();
    await expectMusic(page, 2);

    await page.getByRole("button", { name: "Stop" }).click();
    await expectSilence(page);
    const shown = Number(/(\d+) notes/.exec(await rollLabel(page))?.[1]);
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("button", { name: "Save MIDI" }).click(),
    ]);
    expect(download.suggestedFilename()).toMatch(/\.mid$/);
    const score = readMidi(await bytesOf(await download.createReadStream()));
    expect(score.notes.length).toBeGreaterThan(0);
    // A note whose end has not been written may have no length yet.
    expect(score.notes.length).toBeLessThanOrEqual(shown);
    expect(complaints).toEqual([]);
  });

  it("does so on one thread where it is not isolated, and by keyboard alone", async () => {
    const page = await open({ isolated: false });
    const seed = page.getByLabel("seed", { exact: true });
    expect(await page.evaluate(() => globalThis.crossOriginIsolated)).toBe(false);
    await page.getByRole("button", { name: "Play" }).focus();
    await page.keyboard.press("Enter");
    await expectMusic(page, 1);
    const first = await seed.inputValue();
    await page.keyboard.press("Escape");
    await expectSilence(page);

    await page.keyboard.press("Enter"); // the focus went from Stop to Play
    await page.getByText("Playing", { exact: true }).waitFor();
    const second = await seed.inputValue();
    expect(second, "another piece has another seed").not.toBe(first);
    await page.keyboard.press("Escape");
    await page.getByLabel("keep").check();
    await page.getByRole("button", { name: "Play" }).click();
    await page.getByText("Playing", { exact: true }).waitFor();
    expect(await seed.inputValue(), "a seed that is kept").toBe(second);
    expect(complaints).toEqual([]);
  });

  it("says what is wrong with a number, and does not play until it is mended", async () => {
    const page = await open({ isolated: false });
    await page.getByLabel("top-p", { exact: true }).fill("2");
    await page.getByText("must be a number from 0 to 1, got 2").waitFor();
    await page.getByRole("button", { name: "Play" }).click();
    await expect.poll(() => page.evaluate(() => document.activeElement?.id)).toBe("setting-topP");
    await page.getByRole("button", { name: "top-p back to 1" }).click();
    expect(await page.getByText("must be a number").isVisible()).toBe(false);
    expect(complaints).toEqual([]);
  });

  it("says so, in place, when there is no model, and what to do", async () => {
    const page = await open({ isolated: false, modelFolder: join(folder, "nothing") });
    await page.getByRole("button", { name: "Play" }).click();
    const alert = page.getByRole("alert");
    await alert.getByText("config.json: HTTP 404").waitFor();
    await alert.getByText("must hold config.json and model.safetensors").waitFor();
    expect(await page.getByRole("button", { name: "Play" }).isEnabled()).toBe(true);
    // The browser's own note of the missing file.
    expect(complaints.filter((complaint) => !complaint.includes("404"))).toEqual([]);
  });
});

/** Notes are seen and heard. */
async function expectMusic(page: Page, threads: number): Promise<void> {
  await page.getByText("Playing", { exact: true }).waitFor();
  expect(await page.locator("#figures").textContent()).toContain(`wasm ×${threads}`);
  await page.getByRole("img", { name: /^Piano roll: [1-9]\d* notes, at 0:0[1-9]/ }).waitFor();
  await expect.poll(() => loudness(page), { timeout: 20_000, message: "sound" }).toBeGreaterThan(0.001);
  expect(await colours(page), "notes on the roll").toBeGreaterThan(20);
}

/** Time and sound have stopped. */
async function expectSilence(page: Page): Promise<void> {
  await page.getByText("Stopped", { exact: true }).waitFor();
  const stoppedAt = await rollLabel(page);
  await expect.poll(() => loudness(page), { timeout: 20_000, message: "silence" }).toBeLessThan(1e-4);
  expect(await rollLabel(page)).toBe(stoppedAt);
}

function complaintOf(message: ConsoleMessage): string[] {
  return ["error", "warning"].includes(message.type()) ? [`${message.type()}: ${message.text()}`] : [];
}

async function rollLabel(page: Page): Promise<string> {
  return (await page.locator("#roll").getAttribute("aria-label")) ?? "";
}

/** How many different colours the roll shows: a keyboard, lines and a playhead have few, notes by velocity many. */
function colours(page: Page): Promise<number> {
  return page.locator("#roll").evaluate((canvas) => {
    if (!(canvas instanceof HTMLCanvasElement)) return 0;
    const pixels = canvas.getContext("2d")?.getImageData(0, 0, canvas.width, canvas.height).data;
    return new Set(pixels && new Uint32Array(pixels.buffer)).size;
  });
}

async function bytesOf(stream: AsyncIterable<Buffer>): Promise<Uint8Array> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return new Uint8Array(Buffer.concat(chunks));
}
