/** The built page in Chromium, for the screenshots and the measurements in bench/page. */
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";
import { preview } from "vite";

/**
 * Serves `web/dist` and starts a browser. The variable CHROMIUM names another one than Debian's.
 *
 * @param patience timeout in milliseconds.
 * @returns `open(options, script)`, which opens the page in a new Playwright context with these options and runs `script`
 * before
 * the page's own scripts; and `close()`.
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
