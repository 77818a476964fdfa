/**
 * Compares two builds of the page by the time from the click on Play to the first sound, with empty caches:
 * `npm run build:page`, then `node bench/page/first-sound.mjs OTHER/web/dist [ROUNDS]`. They are measured alternately. Prints the medians, the
 * ratio of this build to the other, and the bytes downloaded until then. With the variable LINE, also the time of each file.
 *
 * The variable CHROMIUM names another browser than Debian's.
 */
import { existsSync } from "node:fs";
import { loadavg } from "node:os";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";
import { listenToSound } from "./listen.mjs";
import { startSlowHost } from "./slow-host.mjs";

const PATIENCE = 240_000;
/** Bandwidth and latency of the host, and the seconds from the start of the visit to the click. */
const VISITS = [
  { name: "local host, clicked after 10 s", bytesPerSecond: Infinity, latency: 0, seconds: 10 },
  { name: "8 Mbit/s, clicked after 10 s", bytesPerSecond: 1e6, latency: 40, seconds: 10 },
];
const [other, rounds = "3"] = process.argv.slice(2);
if (other === undefined) throw new Error("name the folder of the other build");
const BUILDS = { this: fileURLToPath(new URL("../../web/dist", import.meta.url)), other };
for (const folder of Object.values(BUILDS)) {
  if (!existsSync(`${folder}/index.html`))
    throw new Error(`no built page in ${folder}: run npm run build:page there`);
}

const browser = await chromium.launch({
  executablePath: process.env["CHROMIUM"] ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-quic", "--no-first-run", "--disable-background-networking"],
});
try {
  for (const visit of VISITS) {
    const times = { this: [], other: [] };
    const megabytes = { this: [], other: [] };
    for (let round = 0; round < Number(rounds); round += 1) {
      for (const build of ["other", "this"]) {
        const { time, bytes } = await firstSound(BUILDS[build], visit);
        times[build].push(time);
        megabytes[build].push(bytes / 1e6);
      }
    }
    const [mine, others] = [times.this, times.other].map(median);
    report(`${visit.name}, load ${loadavg()[0]?.toFixed(1)}`);
    report(`  this build   ${times.this.map(Math.round).join(" ")} ms, median ${Math.round(mine)}`);
    report(`  other build  ${times.other.map(Math.round).join(" ")} ms, median ${Math.round(others)}`);
    report(`  ratio        ${(mine / others).toFixed(2)}`);
    const [came, cameOfOther] = [megabytes.this, megabytes.other].map((each) => median(each).toFixed(2));
    report(`  until then   ${came} MB; of the other build ${cameOfOther} MB`);
  }
} finally {
  await browser.close();
}

/** Milliseconds from the click to the first sound, and the bytes downloaded until then. */
async function firstSound(folder, { seconds, ...line }) {
  const host = await startSlowHost(folder, line);
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  context.setDefaultTimeout(PATIENCE);
  try {
    const page = await context.newPage();
    await page.addInitScript(listenToSound);
    const opened = performance.now();
    await page.goto(host.url, { waitUntil: "commit" });
    await page.waitForTimeout(Math.max(0, seconds * 1000 - (performance.now() - opened)));
    const time = await page.evaluate(async () => {
      const clicked = performance.now();
      document.getElementById("begin").click();
      return (await globalThis.firstSound(clicked)) - clicked;
    });
    if (process.env["LINE"]) reportFiles(host.answers, opened);
    return { time, bytes: host.answers.reduce((sum, { bytes }) => sum + bytes, 0) };
  } finally {
    await context.close();
    host.close();
  }
}

/** The times at which each file was requested and complete, in milliseconds since the visit began, and its bytes. */
function reportFiles(answers, opened) {
  for (const { path, requested, last, bytes } of answers) {
    const columns = [requested - opened, last - opened, bytes].map((each) =>
      String(Math.round(each)).padStart(9),
    );
    report(`${columns.join("")}  ${path}`);
  }
}

function median(numbers) {
  const sorted = numbers.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

function report(line) {
  process.stdout.write(`${line}\n`);
}
