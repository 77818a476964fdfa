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

  it("plays, shows, pauses and saves music, with threads where it is isolated", async () => {
    const page = await open({ isolated: true, query: "?threads=2" });
    expect(await page.evaluate(() => globalThis.crossOriginIsolated)).toBe(true);
    await page.getByLabel("seed", { exact: true }).fill("7");
    await page.getByRole("button", { name: "Play" }).click();
    await expectMusic(page, 2);

    await page.getByRole("button", { name: "Pause" }).click();
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

    await page.keyboard.press("Enter"); // the focus is on Play
    await page.getByText("Playing", { exact: true }).waitFor();
    expect(await seed.inputValue(), "the same piece goes on").toBe(first);
    await page.getByRole("button", { name: "New piece" }).focus();
    await page.keyboard.press("Enter");
    await page.getByText("Playing", { exact: true }).waitFor();
    const second = await seed.inputValue();
    expect(second, "another piece has another seed").not.toBe(first);
    await page.getByLabel("keep").check();
    await page.getByRole("button", { name: "New piece" }).click();
    await page.getByText("Playing", { exact: true }).waitFor();
    expect(await seed.inputValue(), "a seed that is kept").toBe(second);
    expect(complaints).toEqual([]);
  });

  it("tells why a note came, and branches into what else could have come", async () => {
    const page = await open({ isolated: false });
    await page.getByRole("button", { name: "Play" }).click();
    await expectMusic(page, 1);
    await page.keyboard.press("Escape");
    await page.locator("#roll").focus();
    await page.keyboard.press("ArrowDown");
    const candidates = page.locator("#candidates button");
    await candidates.first().waitFor();
    expect(await page.locator("#candidates button[aria-current]").count(), "what came is among them").toBe(1);
    expect(await page.locator("#heads button").count()).toBe(2);
    await page
      .locator("#elsewhere")
      .getByText(/^\d+ % on timing and loudness$/)
      .waitFor();
    await page.locator("#candidates button:not([aria-current])").first().click();
    const tabs = page.locator("#branches .branch > button:first-child");
    await expect.poll(() => tabs.count()).toBe(2);
    expect(await tabs.last().textContent()).toMatch(/^.+ → .+ at 0:\d\d$/);
    await page.getByRole("button", { name: "Play", exact: true }).click();
    await page.getByText("Playing", { exact: true }).waitFor();
    await tabs.first().click();
    await expect.poll(() => tabs.first().getAttribute("aria-pressed")).toBe("true");
    await page.getByRole("button", { name: /^drop branch/ }).click();
    await expect.poll(() => page.locator("#branches").isVisible()).toBe(false);
    expect(complaints).toEqual([]);
  });

  it("writes what has not been heard anew when a setting changes, and the music goes on", async () => {
    const page = await open({ isolated: false });
    await page.getByRole("button", { name: "Play" }).click();
    await expectMusic(page, 1);
    await page.getByLabel("temperature", { exact: true }).fill("0.5");
    await page.getByLabel("length", { exact: true }).fill("600");
    await expect.poll(() => aheadSeconds(page), { message: "ahead again" }).toBeGreaterThan(6);
    await page.getByText("Playing", { exact: true }).waitFor();
    expect(complaints).toEqual([]);
  });

  it("plays recorded strings once they are there", async () => {
    const page = await open({ isolated: false });
    await page.getByRole("button", { name: "Play" }).click();
    await page.locator('html[data-piano="recorded"]').waitFor({ state: "attached" });
    await expect.poll(() => loudness(page), { timeout: 20_000, message: "sound" }).toBeGreaterThan(0.001);
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
  await page.getByRole("application", { name: /^Piano roll: [1-9]\d* notes, at 0:0[1-9]/ }).waitFor();
  await expect.poll(() => loudness(page), { timeout: 20_000, message: "sound" }).toBeGreaterThan(0.001);
  expect(await colours(page), "notes on the roll").toBeGreaterThan(20);
}

/** Time and sound have stopped. */
async function expectSilence(page: Page): Promise<void> {
  await page.getByText("Paused", { exact: true }).waitFor();
  const stoppedAt = await page.evaluate(async () => {
    // What the label says is brought up to date twice a second.
    await new Promise((resolve) => setTimeout(resolve, 1000));
    return document.getElementById("roll")?.getAttribute("aria-label");
  });
  await expect.poll(() => loudness(page), { timeout: 20_000, message: "silence" }).toBeLessThan(1e-4);
  expect(await rollLabel(page)).toBe(stoppedAt);
}

function complaintOf(message: ConsoleMessage): string[] {
  return ["error", "warning"].includes(message.type()) ? [`${message.type()}: ${message.text()}`] : [];
}

async function rollLabel(page: Page): Promise<string> {
  return (await page.locator("#roll").getAttribute("aria-label")) ?? "";
}

/** How far the model is ahead, as the page says. */
async function aheadSeconds(page: Page): Promise<number> {
  return Number(/(\d+) s ahead/.exec((await page.locator("#figures").textContent()) ?? "")?.[1]);
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
