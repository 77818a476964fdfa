/**
 * Generates one piece of 100,000 events with models/piano on one thread, and measures CPU time per event and memory. CPU
 * time is affected little by other processes.
 *
 *   npm run endless [-- --events N]
 *
 * Writes endless.csv, a row for every thousand events, and endless.svg next to this file. Prints the cost at the end,
 * measured alternately with the events after the first full window of another piece.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { loadMusicModel } from "../../dist/src/platform/node/index.js";
import { IdleWatch } from "../idle-watch.mjs";
import { machine, median, say } from "../tools.mjs";
import { picture } from "./picture.mjs";

const PART = 1000;
const TURNS = 9;
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
const over = new AbortController();
process.once("SIGTERM", () => over.abort()); // the results so far are still written
const piece = piano.continue(undefined, { seed: 1 });
while (!over.signal.aborted && parts.length * PART < events) {
  parts.push({ events: (parts.length + 1) * PART, ...(await nextPart(piece)) });
  if (parts.length % 10 === 0) say(row(parts.at(-1)));
}

// The speed of a machine varies, so the end takes turns with another piece after its first full window.
const young = piano.continue(undefined, { seed: 2 });
for (let filled = 0; filled < piano.decoder.config.window; filled += PART) await nextPart(young);
const turns = { old: [], young: [] };
for (let turn = 0; turn < TURNS; turn += 1) {
  turns.old.push((await nextPart(piece)).cpu);
  turns.young.push((await nextPart(young)).cpu);
}
say(idle.verdict());
const [old, first] = [median(turns.old), median(turns.young)];
say(
  `processor's time of an event, ${TURNS} turns of ${PART}: ${first.toFixed(3)} ms after the first full window (${piano.decoder.config.window} ids), ` +
    `${old.toFixed(3)} ms after ${parts.at(-1).events} events, ${(100 * (old / first - 1)).toFixed(1)} % more. ` +
    `Memory: ${parts[1].megabytes.toFixed(0)} MB after ${parts[1].events} events, ${parts.at(-1).megabytes.toFixed(0)} MB at the end.`,
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

/** The cost of the next `PART` events of a piece. */
async function nextPart(music) {
  const times = [];
  const cpuBefore = cpuMs();
  let before = performance.now();
  let seconds = 0;
  while (times.length < PART) {
    const { value } = await music.next();
    seconds = value.seconds;
    const now = performance.now();
    times.push(now - before);
    before = now;
  }
  const cpu = (cpuMs() - cpuBefore) / PART;
  return { ms: median(times), cpu, megabytes: process.memoryUsage.rss() / 1e6, seconds };
}

/** CPU time of this process, in milliseconds. */
function cpuMs() {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

function row({ events: at, ms, cpu, megabytes, seconds }) {
  return `${at} events, ${(seconds / 60).toFixed(0)} min of music: ${ms.toFixed(3)} ms an event (processor ${cpu.toFixed(3)}), ${megabytes.toFixed(0)} MB`;
}
