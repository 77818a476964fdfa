import { existsSync } from "node:fs";
import { type Browser, type BrowserServer, chromium } from "playwright-core";

/** Path of Debian's package; the variable CHROMIUM names another. */
export const CHROMIUM = process.env["CHROMIUM"] ?? "/usr/bin/chromium";

/** The pages are local, so neither a sandbox nor the network is needed. */
export const FLAGS = [
  "--no-sandbox",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  // Compiling ONNX Runtime a second time, for speed, takes two seconds of the processor a page; tests run it for less.
  "--js-flags=--liftoff-only",
];

/**
 * Whether tests of the page can run. Without a browser they are skipped, and one line says so; where CI is set that
 * is a failure.
 */
export function hasChromium(path = CHROMIUM, isRequired = Boolean(process.env["CI"])): boolean {
  if (existsSync(path)) return true;
  const message = `no Chromium at ${path}: the tests of the page need it (Debian: apt-get install chromium; CHROMIUM=path names another)`;
  if (isRequired) throw new Error(message);
  process.stderr.write(`skipped: ${message}\n`);
  return false;
}

export function launchChromium(flags: readonly string[] = []): Promise<Browser> {
  return chromium.launch({ executablePath: CHROMIUM, args: [...FLAGS, ...flags] });
}

/** Starts the browser that the files of a run share. */
export function serveChromium(): Promise<BrowserServer> {
  return chromium.launchServer({ executablePath: CHROMIUM, args: FLAGS });
}
