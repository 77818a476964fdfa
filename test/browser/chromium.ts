import { existsSync } from "node:fs";
import { type Browser, chromium } from "playwright-core";

/** Where Debian's package puts it; CHROMIUM names another. */
const PATH = process.env["CHROMIUM"] ?? "/usr/bin/chromium";

/**
 * Whether tests of the page can run. Without a browser they are left out, and one line says so; where CI is set that
 * is a failure.
 */
export function hasChromium(): boolean {
  if (existsSync(PATH)) return true;
  const message = `no Chromium at ${PATH}: the tests of the page need it (Debian: apt-get install chromium; CHROMIUM=path names another)`;
  if (process.env["CI"]) throw new Error(message);
  process.stderr.write(`skipped: ${message}\n`);
  return false;
}

export function launchChromium(flags: readonly string[] = []): Promise<Browser> {
  return chromium.launch({
    executablePath: PATH,
    args: [
      "--no-sandbox",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
      ...flags,
    ],
  });
}
