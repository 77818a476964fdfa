import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { BrowserContext, ConsoleMessage, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect, inject } from "vitest";
import { readMidi, type Score, type ScoreNote } from "../../encoding/index.ts";
import { addCompressed } from "../../web/build/compress-weights.ts";
import { writeTinyCheckpoint } from "../tiny-checkpoint.ts";
import { listenToAudio, loudness } from "./listen.ts";
import { sharedOpener } from "./opener.ts";
import { startStaticServer, type StaticServer } from "./static-server.ts";

/** A busy machine needs minutes for what takes seconds. */
export const PATIENCE = 400_000;

const PHONE = { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true };

export interface OpenOptions {
  readonly isolated?: boolean;
  /** The part of the URL after the page's address. */
  readonly query?: string;
  /** URL of the model. Default: a small one. */
  readonly modelFolder?: string;
  /** Use the browser context and the server of the previous page. */
  readonly again?: boolean;
  /** Emulate a small phone with touch. */
  readonly phone?: boolean;
  /** Recorded samples, and the service worker that keeps every file for offline use. Each takes seconds of the processor. */
  readonly complete?: boolean;
  /** The header `Vary` of the server. */
  readonly vary?: string;
  /** Load the model before it is asked for. Without it, the visitor saves data. */
  readonly early?: boolean;
  /** The code of the page comes only after this file was requested. */
  readonly codeAfter?: string;
  /** Record what is heard. */
  readonly record?: boolean;
}

export interface BuiltPage {
  open(options?: OpenOptions): Promise<Page>;
  /** Errors and warnings of the console, and uncaught errors. */
  complaints: string[];
  /** The folder of the build. */
  readonly folder: string;
  /** Serves the page to any browser. @returns its URL. */
  serve(options?: Pick<OpenOptions, "isolated" | "modelFolder" | "complete" | "vary">): Promise<string>;
  /** The paths that the server was asked for. */
  requested(): readonly string[];
  /** Closes the server. */
  goOffline(): Promise<void>;
}

/**
 * Starts a server of the built page for each test of a file, in one browser. Pages that need a browser context of their own
 * have one: with a service worker, cross-origin isolation, or on a phone.
 */
export function builtPage(): BuiltPage {
  const folder = mkdtempSync(join(tmpdir(), "ostinato-page-"));
  const built = inject("pageFolder");
  const model = join(folder, "model");
  let server: StaticServer | undefined;
  let context: BrowserContext | undefined;

  beforeAll(() => {
    addCompressed(writeTinyCheckpoint(model));
  });

  afterEach(async () => {
    const opener = await sharedOpener();
    await (context === opener.context ? opener.clear() : context?.close());
    await server?.close();
    context = undefined;
    server = undefined;
  });

  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  const page: BuiltPage = {
    complaints: [],
    folder: built,
    open: async ({
      isolated = false,
      query = "",
      modelFolder = model,
      again = false,
      phone = false,
      complete = false,
      vary,
      early = false,
      codeAfter,
      record = false,
    } = {}) => {
      const opener = await sharedOpener();
      if (!again || !server || !context) {
        await page.serve({ isolated, modelFolder, complete, vary });
        if (isolated || complete || phone)
          context = await opener.browser.newContext({ acceptDownloads: true, ...(phone && PHONE) });
        else context = opener.context;
        context.setDefaultTimeout(PATIENCE / 2);
        page.complaints = [];
      }
      const opened = context === opener.context ? await opener.open() : await context.newPage();
      opened.on("console", (message) => page.complaints.push(...complaintOf(message)));
      opened.on("pageerror", (error) => page.complaints.push(error.message));
      await listenToAudio(opened, record);
      await opened.addInitScript(paintSlowly);
      if (!early) await opened.addInitScript(saveData);
      if (!complete) await opened.addInitScript(storeOnRequest);
      if (codeAfter !== undefined) {
        await opened.route(/\/assets\/index-[^/]*\.js$/, async (route) => {
          await expect.poll(() => page.requested().some((path) => path.endsWith(codeAfter))).toBe(true);
          await route.continue();
        });
      }
      await opened.goto(`${server?.url}${query}`);
      if (record) {
        await expect.poll(() => opened.evaluate("audioOfThePage.length")).toBeGreaterThan(0);
        await opened.evaluate("recordersOfThePage()");
      }
      return opened;
    },
    requested: () => server?.requested ?? [],
    serve: async ({ isolated = false, modelFolder = model, complete = false, vary } = {}) => {
      const folders = {
        "/some/where/models/piano/": modelFolder,
        "/some/where/recorder/": join(import.meta.dirname, "recorder"),
        "/some/where/": built,
      };
      const unanswered = complete ? undefined : "/samples/";
      server = await startStaticServer({ folders, isolated, unanswered, vary });
      return server.url;
    },
    goOffline: async () => {
      await server?.close();
    },
  };
  return page;
}

/** Runs in the page: ten frames a second, which are painted by the processor. */
function paintSlowly(): void {
  const request = globalThis.requestAnimationFrame.bind(globalThis);
  globalThis.requestAnimationFrame = (paint) => Number(setTimeout(() => request(paint), 85));
}

/** Runs in the page: the visitor saves data. */
function saveData(): void {
  Object.defineProperty(navigator, "connection", { value: { saveData: true } });
}

/** Runs in the page: the service worker comes when a test dispatches the event "registering". */
function storeOnRequest(): void {
  const { register } = ServiceWorkerContainer.prototype;
  ServiceWorkerContainer.prototype.register = async function (...values) {
    await new Promise((resolve) => document.addEventListener("registering", resolve));
    return register.apply(this, values);
  };
}

/** Waits until notes are visible and audible. */
export async function expectMusic(page: Page, threads: number): Promise<void> {
  await page.getByText("Playing", { exact: true }).waitFor();
  const count = `${threads} ${threads === 1 ? "thread" : "threads"}`;
  expect(await page.locator("#model-facts").textContent()).toBe(`WebAssembly, ${count}`);
  await page.getByRole("application", { name: /^Piano roll: [1-9]\d* notes, at 0:0[1-9]/ }).waitFor();
  await expect.poll(() => loudness(page), { message: "sound" }).toBeGreaterThan(0.001);
  expect(await colors(page), "notes on the roll").toBeGreaterThan(20);
}

/** Checks that playback has stopped. */
export async function expectSilence(page: Page): Promise<void> {
  await page.getByText("Paused", { exact: true }).waitFor();
  const stoppedAt = await page.evaluate(async () => {
    const label = (): string | null | undefined =>
      document.getElementById("roll")?.getAttribute("aria-label");
    // The label is updated twice a second, or when a busy page has its turn.
    for (let before; before !== label();) {
      before = label();
      await new Promise((resolve) => setTimeout(resolve, 1000));
    }
    return label();
  });
  await expect.poll(() => loudness(page), { message: "silence" }).toBeLessThan(1e-4);
  expect(await rollLabel(page)).toBe(stoppedAt);
}

/**
 * Presses Play, and waits until the music has come to its end. What the page says of itself is written down in the page:
 * one that looks from outside, now and then, may miss a short piece.
 */
export async function playToTheEnd(page: Page): Promise<void> {
  await page.evaluate(async () => {
    const state = document.getElementById("state");
    const play = document.getElementById("play");
    const said: (string | null)[] = [];
    const over = new Promise<void>((resolve) => {
      const observer = new MutationObserver(() => {
        said.push(state?.textContent ?? null);
        if (!said.includes("Playing") || said.at(-1) !== "Paused") return;
        observer.disconnect();
        resolve();
      });
      if (state) observer.observe(state, { childList: true });
    });
    play?.click();
    const late = new Promise((_resolve, reject) => {
      setTimeout(() => reject(new Error(`no end; the page said ${said.join(", ")}`)), 180_000);
    });
    await Promise.race([over, late]);
  });
}

function complaintOf(message: ConsoleMessage): string[] {
  return ["error", "warning"].includes(message.type()) ? [`${message.type()}: ${message.text()}`] : [];
}

export async function rollLabel(page: Page): Promise<string> {
  return (await page.locator("#roll").getAttribute("aria-label")) ?? "";
}

/** Seconds that the model is ahead, as shown on the page. */
export async function aheadSeconds(page: Page): Promise<number> {
  return Number(/(\d+) s ahead/.exec((await page.locator("#figures").textContent()) ?? "")?.[1]);
}

/** Number of colors on the roll: keyboard, lines and playhead have few, notes with many velocities have many. */
function colors(page: Page): Promise<number> {
  return page.locator("#roll").evaluate((canvas) => {
    if (!(canvas instanceof HTMLCanvasElement)) return 0;
    const pixels = canvas.getContext("2d")?.getImageData(0, 0, canvas.width, canvas.height).data;
    return new Set(pixels && new Uint32Array(pixels.buffer)).size;
  });
}

export async function bytesOf(stream: AsyncIterable<Buffer>): Promise<Uint8Array> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return new Uint8Array(Buffer.concat(chunks));
}

/** Opens a MIDI file. */
export async function openFile(page: Page, name: string, bytes: Uint8Array): Promise<void> {
  await page.locator("#file").setInputFiles({ name, mimeType: "audio/midi", buffer: Buffer.from(bytes) });
}

/** The notes of the saved file. */
export async function savedNotes(page: Page): Promise<readonly ScoreNote[]> {
  return (await savedScore(page)).notes;
}

/** The saved file. */
export async function savedScore(page: Page): Promise<Score> {
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("button", { name: "Save MIDI", exact: true }).click(),
  ]);
  return readMidi(await bytesOf(await download.createReadStream()));
}

/** Opens the drawer of the model. */
export async function openDrawer(page: Page): Promise<void> {
  await page.locator("#more > summary").click();
}
