/** The built page in Chromium, for those who look at it: the pictures, and the measurements in bench/page. */
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";
import { preview } from "vite";

/**
 * Serves `web/dist` and starts a browser; CHROMIUM names another than Debian's.
 *
 * @param patience milliseconds after which a page that does not do what is awaited fails.
 * @returns `open(options, script)`: the page in a window of its own (`options` as of Playwright's contexts), `script` run in
 * it before its own; `close()`.
 */
export async function startBuiltPage(patience) {
  const server = await preview({
    configFile: fileURLToPath(new URL("../vite.config.ts", import.meta.url)),
    logLevel: "error",
    preview: { port: 0 },
  });
  const browser = await chromium.launch({
    executablePath: process.env["CHROMIUM"] ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-quic", "--no-first-run", "--disable-background-networking"],
  });
  return {
    open: async (options, script) => {
      const context = await browser.newContext(options);
      context.setDefaultTimeout(patience);
      const page = await context.newPage();
      if (script) await page.addInitScript(script);
      await page.goto(server.resolvedUrls?.local[0] ?? "");
      return page;
    },
    close: async () => {
      await browser.close();
      await server.close();
    },
  };
}
