import { readdirSync } from "node:fs";
import { join } from "node:path";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { inject } from "vitest";
import { connectChromium } from "./shared-chromium.ts";
import { startStaticServer } from "./static-server.ts";

let shared: Promise<Opener> | undefined;

/** One for all files that a process of the tests runs; it ends with the process. */
export function sharedOpener(): Promise<Opener> {
  return (shared ??= Opener.start());
}

/**
 * Opens pages that share one process and one profile of the browser, in which the runtime of the model is compiled once.
 * A new process and a new profile for each page cost half of its processor time. A page has to come from an origin of
 * its own, a server of its own, for which nothing is stored yet.
 */
export class Opener {
  readonly browser: Browser;
  readonly context: BrowserContext;
  readonly #first: Page;

  private constructor(browser: Browser, context: BrowserContext, first: Page) {
    this.browser = browser;
    this.context = context;
    this.#first = first;
  }

  static async start(): Promise<Opener> {
    const assets = join(inject("pageFolder"), "assets");
    const runtime = readdirSync(assets).find((name) => /^ort-wasm-simd-threaded-.*\.wasm$/.test(name));
    const folders = { "/assets/": assets, "/": join(import.meta.dirname, "opener") };
    const [server, browser] = await Promise.all([
      startStaticServer({ folders, isolated: false }),
      connectChromium(),
    ]);
    const context = await browser.newContext({ acceptDownloads: true });
    const first = await context.newPage();
    await first.goto(server.url);
    // The browser keeps what is compiled as long as something in the process holds it.
    await first.evaluate(async (address) => {
      const compiled = await WebAssembly.compileStreaming(fetch(address));
      Object.defineProperty(globalThis, "compiled", { value: compiled });
    }, `/assets/${runtime}`);
    await server.close();
    return new Opener(browser, context, first);
  }

  async open(): Promise<Page> {
    const [page] = await Promise.all([
      this.#first.waitForEvent("popup"),
      this.#first.evaluate(() => void open("about:blank")),
    ]);
    return page;
  }

  /** Closes the pages that were opened. */
  async clear(): Promise<void> {
    const others = this.context.pages().filter((page) => page !== this.#first);
    await Promise.all(others.map((page) => page.close()));
    await this.context.unrouteAll();
  }
}
