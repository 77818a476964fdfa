/**
 * Measures the built page in Chromium: `npm run build:page`, then `node bench/page/page.mjs [what…]`.
 *
 *   first   from the click on Play to the first sound, with empty caches
 *   play    forty seconds of playback: the longest tasks of the main thread, and events per second in the worker
 *   roll    script time of a frame with 20,000 notes, at a small and a large scale, during playback
 *   duet    from the end of the pause to the first note of the answer
 *
 * The variable CHROMIUM names another browser than Debian's.
 */
import { scoreFromNotes, writeMidi } from "../../dist/encoding/index.js";
import { startBuiltPage } from "../../web/build/built-page.mjs";
import { listenToSound } from "./listen.mjs";
import { percentile, tasksOf } from "./trace.mjs";

const PATIENCE = 120_000;
const MEASUREMENTS = { first, play, roll, duet };

const built = await startBuiltPage(PATIENCE);

try {
  const asked = process.argv.slice(2);
  for (const name of asked.length > 0 ? asked : Object.keys(MEASUREMENTS)) {
    const measure = MEASUREMENTS[name];
    if (!measure) throw new Error(`what is "${name}"? One of ${Object.keys(MEASUREMENTS).join(", ")}`);
    await measure();
  }
} finally {
  await built.close();
}

async function first() {
  const times = [];
  for (let i = 0; i < 5; i += 1) {
    const page = await open();
    // Files that the page fetches before the first press.
    await page.waitForTimeout(1500);
    times.push(
      await page.evaluate(async () => {
        const clicked = performance.now();
        document.getElementById("begin").click();
        return (await firstSound(clicked)) - clicked;
      }),
    );
    await page.context().close();
  }
  report("first sound after the click, ms", times.map(Math.round).join(" "));
}

async function play() {
  const page = await open();
  await page.getByRole("button", { name: "Play" }).click();
  await page.getByText("Playing", { exact: true }).waitFor();
  const { tasks } = await traced(page, 40);
  for (const [by, title] of [
    ["milliseconds", "by the clock"],
    ["processor", "on the processor"],
  ])
    report(`longest tasks of the main thread ${title}, ms`, longest(tasks, by));
  report("tasks of more than 50 ms", tasks.filter(({ milliseconds }) => milliseconds > 50).length);
  // Seeking back to the start makes the worker generate at full speed.
  await page.getByRole("button", { name: "New piece" }).click();
  await page.waitForTimeout(5000);
  report("worker", await page.locator("#figures").textContent());
  await page.context().close();
}

async function roll() {
  for (const [where, presses] of [
    ["at 0.5 pixels a second", 24],
    ["at 1.3", 16],
    ["at 90", 0],
  ]) {
    const page = await open();
    await page.locator("#file").setInputFiles({
      name: "20000.mid",
      mimeType: "audio/midi",
      buffer: Buffer.from(writeMidi(scoreFromNotes(manyNotes(20_000)))),
    });
    await page.locator('#roll[aria-label*="20000 notes"]').waitFor();
    for (let i = 0; i < presses; i += 1) await page.locator("#roll").press("-");
    await page.locator("#play").click();
    await page.getByText("Playing", { exact: true }).waitFor();
    const { frames } = await traced(page, 10);
    const scripts = frames.map(({ processor }) => processor);
    report(
      `script of a frame, 20,000 notes ${where}, ms: median, 95 %, most (of ${frames.length})`,
      [0.5, 0.95, 1].map((share) => percentile(scripts, share).toFixed(1)).join(" "),
    );
    await page.context().close();
  }
}

async function duet() {
  const page = await open();
  await page.getByText("Play along").click();
  await page.getByRole("button", { name: "Duet" }).click();
  await page.getByText("your turn").waitFor();
  const times = [];
  for (let round = 0; round < 5; round += 1) {
    for (const key of ["KeyA", "KeyD", "KeyG", "KeyK", "KeyG", "KeyD"]) {
      await page.keyboard.down(key);
      await page.waitForTimeout(180);
      await page.keyboard.up(key);
    }
    times.push(
      await page.evaluate(async () => {
        const pauseEnds = performance.now() + 700;
        await new Promise((resolve) => setTimeout(resolve, 690));
        return (await firstSound(pauseEnds)) - pauseEnds;
      }),
    );
    await page.waitForTimeout(4000);
  }
  report("answer heard after the pause, ms", times.map(Math.round).join(" "));
  await page.context().close();
}

function open() {
  return built.open({ viewport: { width: 1280, height: 800 } }, listenToSound);
}

/** Traces the main thread for some seconds. */
async function traced(page, seconds) {
  const session = await page.context().newCDPSession(page);
  const events = [];
  session.on("Tracing.dataCollected", ({ value }) => events.push(...value));
  await session.send("Tracing.start", {
    transferMode: "ReportEvents",
    traceConfig: {
      // Not V8's profiler: its start blocks the main thread longer than anything measured here.
      includedCategories: ["toplevel", "devtools.timeline"],
    },
  });
  await page.waitForTimeout(seconds * 1000);
  const done = new Promise((resolve) => session.once("Tracing.tracingComplete", resolve));
  await session.send("Tracing.end");
  await done;
  return tasksOf(events);
}

function longest(tasks, by) {
  return tasks
    .toSorted((a, b) => b[by] - a[by])
    .slice(0, 6)
    .map((task) => `${task[by].toFixed(0)} ${task.what ?? ""}`)
    .join("; ");
}

/** Four notes at a time, twenty-five a second. */
function manyNotes(count) {
  return Array.from({ length: count }, (_, i) => ({
    pitch: 21 + ((i * 29) % 88),
    velocity: 30 + ((i * 7) % 90),
    startSeconds: Math.floor(i / 4) * 0.16,
    endSeconds: Math.floor(i / 4) * 0.16 + 0.3,
  }));
}

function report(what, value) {
  process.stdout.write(`${what}: ${value}\n`);
}
