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

  it.each([
    { isolated: true, query: "?threads=2", threads: 2 },
    { isolated: false, query: "", threads: 1 },
  ])("plays, shows, stops and saves music (isolated: $isolated)", async ({ isolated, query, threads }) => {
    const page = await open({ isolated, query });
    expect(await page.evaluate(() => globalThis.crossOriginIsolated)).toBe(isolated);

    await page.getByLabel("seed", { exact: true }).fill("7");
    await page.getByRole("button", { name: "Play" }).click();
    await page.getByText("Playing", { exact: true }).waitFor();
    expect(await page.locator("#figures").textContent()).toContain(`wasm ×${threads}`);
    await page.getByRole("img", { name: /^Piano roll: [1-9]\d* notes, at 0:0[1-9]/ }).waitFor();
    expect(await loudness(page), "sound while playing").toBeGreaterThan(0.001);
    expect(await colours(page), "notes on the roll").toBeGreaterThan(20);

    await page.getByRole("button", { name: "Stop" }).click();
    await page.getByText("Stopped", { exact: true }).waitFor();
    const stoppedAt = await rollLabel(page);
    await expect
      .poll(() => loudness(page), { timeout: 10_000, message: "silence after Stop" })
      .toBeLessThan(1e-4);
    expect(await rollLabel(page)).toBe(stoppedAt);

    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("button", { name: "Save MIDI" }).click(),
    ]);
    expect(download.suggestedFilename()).toMatch(/\.mid$/);
    const score = readMidi(await bytesOf(await download.createReadStream()));
    const shown = Number(/(\d+) notes/.exec(stoppedAt)?.[1]);
    expect(shown).toBeGreaterThan(0);
    expect(score.notes.length).toBeGreaterThan(0);
    expect(score.notes.length).toBeLessThanOrEqual(shown);
    expect(complaints).toEqual([]);
  });

  it("plays a new piece after Stop, by keyboard alone, and the same one for a seed that is kept", async () => {
    const page = await open({ isolated: false });
    await page.getByRole("button", { name: "Play" }).focus();
    await page.keyboard.press("Enter");
    await page.getByText("Playing", { exact: true }).waitFor();
    const seed = await page.getByLabel("seed", { exact: true }).inputValue();
    await page.keyboard.press("Escape");
    await page.getByText("Stopped", { exact: true }).waitFor();
    await page.keyboard.press("Enter"); // the focus went from Stop to Play
    await page.getByText("Playing", { exact: true }).waitFor();
    expect(await page.getByLabel("seed", { exact: true }).inputValue()).not.toBe(seed);
    await page.keyboard.press("Escape");
    await page.getByLabel("keep").check();
    const kept = await page.getByLabel("seed", { exact: true }).inputValue();
    await page.getByRole("button", { name: "Play" }).click();
    await page.getByText("Playing", { exact: true }).waitFor();
    expect(await page.getByLabel("seed", { exact: true }).inputValue()).toBe(kept);
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
