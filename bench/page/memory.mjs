/**
 * Measures the memory of the page and its worker over time, with a breakdown, by `performance.measureUserAgentSpecificMemory`:
 * `npm run build:page`, then `node bench/page/memory.mjs [OTHER/web/dist]`. With another build, measures both at the same time, and prints
 * the ratios of this build to the other.
 *
 * The variable CHROMIUM names another browser than Debian's; MINUTES sets another duration than ten minutes of endless playback.
 */
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";
import { startSlowHost } from "./slow-host.mjs";

const PATIENCE = 240_000;
const MINUTES = Number(process.env["MINUTES"] ?? 10);
const LOCAL = { bytesPerSecond: Infinity, latency: 0 };

const [other] = process.argv.slice(2);
const builds = [{ name: "this", folder: fileURLToPath(new URL("../../web/dist", import.meta.url)) }];
if (other !== undefined) builds.push({ name: "other", folder: other });

const browser = await chromium.launch({
  executablePath: process.env["CHROMIUM"] ?? "/usr/bin/chromium",
  // Without it, the measurement waits for the next garbage collection, up to minutes.
  args: ["--no-sandbox", "--no-first-run", "--disable-background-networking", "--js-flags=--expose-gc"],
});
const visits = [];
try {
  for (const build of builds) visits.push(await visit(build));
  await each("loaded", async () => undefined);
  await each("recorded piano", async ({ page }) => {
    await page.evaluate(() => document.getElementById("begin").click());
    await page.locator('html[data-piano="recorded"]').waitFor({ state: "attached" });
  });
  for (let minute = 1; minute <= MINUTES; minute += 1) {
    await visits[0].page.waitForTimeout(60_000);
    await each(`${minute} min of music`, async () => undefined);
  }
} finally {
  await browser.close();
  for (const { host } of visits) host.close();
}

/** The page, ten seconds after it was opened, when its downloads in idle time are complete. */
async function visit({ name, folder }) {
  const host = await startSlowHost(folder, LOCAL);
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  context.setDefaultTimeout(PATIENCE);
  const page = await context.newPage();
  await page.goto(host.url);
  await page.waitForTimeout(10_000);
  return { name, host, page };
}

/** Brings each page into a state, and reports its memory in it. */
async function each(state, reach) {
  const totals = [];
  for (const one of visits) {
    await reach(one);
    const { bytes, parts } = await memory(one.page);
    totals.push(bytes);
    report(`${state.padEnd(16)} ${one.name.padEnd(6)} ${megabytes(bytes)} MB: ${parts}`);
  }
  const [mine, others] = totals;
  if (others !== undefined) report(`${state.padEnd(16)} ratio  ${(mine / others).toFixed(2)}`);
}

/** The total bytes, and the parts of at least 0.1 MB, the largest first. */
async function memory(page) {
  const { bytes, breakdown } = await page.evaluate(async () => {
    globalThis.gc?.();
    const all = await performance.measureUserAgentSpecificMemory();
    const named = all.breakdown.map(({ attribution: [{ scope, url } = {}], types, ...part }) => {
      const file = url?.split("/").at(-1)?.split("-")[0] ?? "shared";
      const place = scope === "Window" ? "page" : `worker ${file}`;
      return { bytes: part.bytes, name: `${place} ${types.join(" ")}` };
    });
    return { bytes: all.bytes, breakdown: named };
  });
  const parts = breakdown
    .filter((part) => part.bytes >= 1e5)
    .toSorted((a, b) => b.bytes - a.bytes)
    .map((part) => `${part.name.trim()} ${megabytes(part.bytes)}`);
  return { bytes, parts: parts.join(", ") };
}

function megabytes(bytes) {
  return (bytes / 1e6).toFixed(1);
}

function report(line) {
  process.stdout.write(`${line}\n`);
}
