/**
 * One piece of 100,000 events from models/piano, on one thread: what an event costs, and how much memory there is, from
 * beginning to end. The processor's time tells even where the machine has other work to do.
 *
 *   npm run endless [-- --events N]
 *
 * Writes endless.csv, a row for every thousand events, and endless.svg beside this file; says how the end compares with the
 * events after the first full window.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { loadMusicModel } from "../../dist/src/node/index.js";
import { IdleWatch } from "../idle-watch.mjs";
import { machine, median, say } from "../tools.mjs";
import { picture } from "./picture.mjs";

const PART = 1000;
const { values } = parseArgs({ options: { events: { type: "string", default: "100000" } } });
const events = Number(values.events);
if (!(Number.isInteger(events) && events >= 10 * PART)) {
  say(`--events must be a whole number of at least ${10 * PART}`);
  process.exit(2);
}

const piano = await loadMusicModel("piano", { backend: "node", threads: 1 });
say(machine());
const idle = new IdleWatch([]);
const parts = [];
const times = [];
let isOver = false;
process.once("SIGTERM", () => (isOver = true)); // what there is by then is drawn
let before = performance.now();
let cpuBefore = cpuMs();
for await (const { seconds } of piano.continue(undefined, { seed: 1 })) {
  const now = performance.now();
  times.push(now - before);
  if (times.length === PART) {
    parts.push({
      events: (parts.length + 1) * PART,
      ms: median(times),
      cpu: (cpuMs() - cpuBefore) / PART,
      megabytes: process.memoryUsage.rss() / 1e6,
      seconds,
    });
    times.length = 0;
    cpuBefore = cpuMs();
    if (parts.length % 10 === 0) say(row(parts.at(-1)));
    if (isOver || parts.length * PART >= events) break;
  }
  before = performance.now();
}
say(idle.verdict());

// The first part ends behind the first full window; a twentieth of all parts makes a figure.
const some = Math.max(3, Math.round(parts.length / 20));
const [early, late] = [parts.slice(1, 1 + some), parts.slice(-some)];
const [first, last] = [early, late].map((of) => median(of.map(({ cpu }) => cpu)));
say(
  `processor's time of an event after the first full window (${piano.decoder.config.window} ids): ${first.toFixed(3)} ms; at the end: ${last.toFixed(3)} ms, ` +
    `${(100 * (last / first - 1)).toFixed(1)} % more. Memory: ${early[0].megabytes.toFixed(0)} MB, then ${late.at(-1).megabytes.toFixed(0)} MB.`,
);
const csv = parts.map(
  ({ events: at, ms, cpu, megabytes }) =>
    `${at},${ms.toFixed(4)},${cpu.toFixed(4)},${megabytes.toFixed(1)}\n`,
);
writeFileSync(
  join(import.meta.dirname, "endless.csv"),
  `events,median_ms,processor_ms,rss_mb\n${csv.join("")}`,
);
writeFileSync(join(import.meta.dirname, "endless.svg"), picture(parts));
await piano.dispose();

/** Milliseconds that the processors have worked for this process. */
function cpuMs() {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

function row({ events: at, ms, cpu, megabytes, seconds }) {
  return `${at} events, ${(seconds / 60).toFixed(0)} min of music: ${ms.toFixed(3)} ms an event (processor ${cpu.toFixed(3)}), ${megabytes.toFixed(0)} MB`;
}
