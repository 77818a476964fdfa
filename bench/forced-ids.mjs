/**
 * Speculative decoding of forced ids: each sampled id is replaced by the next id of a given sequence, as a model would go on that has
 * learned it. With drafts and without, in turns.
 *
 *   node forced-ids.mjs [--gpt2 FOLDER] [--arrival FOLDER] [--midi FOLDER] [--precision fp32,int8] [--threads N] [--count N]
 *                       [--rounds N] [--only CASE] [--csv MACHINE]
 *
 * Cases: "refrain", verses with a refrain for models/shakespeare; "loop", a loop of 60 ids for a network in GPT-2's shape (`--gpt2`, from
 * random-gpt2.mjs); "piano", the pieces of `--midi` for models/piano; "arrival", the same for a network of the Anticipatory Music
 * Transformer (`--arrival`, from `random-gpt2.mjs --vocabulary 55028`). The ratio is the median of the ratios within a round, by the
 * clock and by CPU time. "Accepted" are the drafted ids that came next, by kind of id: those behind a wrong one are not counted.
 */
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import {
  ARRIVAL_55028,
  arrivalNotes,
  encodeScore,
  padWithRests,
  readMidi,
  VOCABULARIES,
} from "../dist/encoding/index.js";
import { CachedContext, generateIds, Sampler, speculate, SuffixDrafter } from "../dist/src/engine/index.js";
import { ArrivalDrafter } from "../dist/src/music/arrival/arrival-drafter.js";
import { ArrivalSequenceWindow } from "../dist/src/music/arrival/arrival-window.js";
import { checkpointFolder, loadDecoder, loadTextModel } from "../dist/src/platform/node/index.js";
import { CountingDrafter } from "./counting-drafter.mjs";
import { IdleWatch } from "./idle-watch.mjs";
import { cpuMs, machine, median, midiFiles, say } from "./tools.mjs";

const { values: given } = parseArgs({
  options: {
    gpt2: { type: "string" },
    arrival: { type: "string" },
    midi: { type: "string" },
    precision: { type: "string", default: "fp32,int8" },
    threads: { type: "string", default: "2" },
    count: { type: "string", default: "200" },
    rounds: { type: "string", default: "3" },
    only: { type: "string" },
    csv: { type: "string" },
  },
});
const [rounds, count, threads] = [given.rounds, given.count, given.threads].map(Number);
const shipped = (name) => resolve(import.meta.dirname, "../models", name);

/** Verses with a refrain, after the witches of Macbeth (IV, 1). */
const REFRAIN = "Double, double, toil and trouble;\nFire burn, and cauldron bubble.\n";
const VERSES = [
  "Fillet of a fenny snake,\nIn the cauldron boil and bake;\n",
  "Eye of newt, and toe of frog,\nWool of bat, and tongue of dog,\n",
  "Cool it with a baboon's blood,\nThen the charm is firm and good.\n",
];

const CASES = {
  refrain: async (precision) => {
    const model = await loadTextModel(shipped("shakespeare"), options(precision));
    const song = VERSES.map((verse) => `${REFRAIN}${verse}`).join("");
    return { decoder: model.decoder, pieces: { refrain: model.tokenizer.encode(song + song) }, prompt: 40 };
  },
  loop: async (precision) => {
    if (!given.gpt2) return undefined;
    const ids = Array.from({ length: 900 }, (_, i) => ((i % 60) * 7919) % 40_000);
    return { decoder: await load(given.gpt2, precision), pieces: { loop: ids }, prompt: 128 };
  },
  piano: async (precision) => {
    if (!given.midi) return undefined;
    const decoder = await load(shipped("piano"), precision);
    const vocabulary = VOCABULARIES.get(decoder.config.vocabulary);
    const kindOf = (id) => vocabulary.event(id).kind;
    const ids = (score) => [...encodeScore(score, vocabulary).ids].slice(0, 900);
    return { decoder, pieces: pieces(ids), prompt: 128, kindOf, withSink: true };
  },
  arrival: async (precision) => {
    if (!given.arrival || !given.midi) return undefined;
    const kindOf = (_id, place) => ["note", "onset", "duration"][place % 3];
    const decoder = await load(given.arrival, precision);
    const newDrafter = () => new ArrivalDrafter(ARRIVAL_55028, precision === "int8" ? 0.25 : 0.1);
    return { decoder, pieces: pieces(arrivalIds), prompt: 128, kindOf, newDrafter };
  },
};

say(`${machine()}; ${threads} threads, ${count} ids, ${rounds} rounds`);
const idle = new IdleWatch([]);
for (const [key, open] of Object.entries(CASES)) {
  if (given.only !== undefined && given.only !== key) continue;
  for (const precision of given.precision.split(",")) {
    const found = await open(precision);
    if (!found) continue;
    for (const [name, ids] of Object.entries(found.pieces))
      await compare(`${key}: ${name}, ${precision}`, ids, found);
    await found.decoder.dispose();
  }
}
say(idle.verdict());

/** Prints the ratio of a sequence. */
async function compare(
  title,
  ids,
  { decoder, prompt, kindOf = () => "id", newDrafter = () => new SuffixDrafter(), withSink = false },
) {
  const length = Math.min(count, ids.length - prompt - 1, decoder.config.window - prompt - 1);
  const kinds = new Map();
  const ratios = { clock: [], cpu: [] };
  let report;
  for (let round = 0; round < rounds; round += 1) {
    const times = {};
    for (const drafts of round % 2 === 0 ? [false, true] : [true, false]) {
      const cached = new CachedContext(decoder, withSink);
      const drafter = new CountingDrafter(newDrafter(), kindOf, round === 0 ? kinds : new Map());
      const context = drafts ? speculate(decoder, cached, drafter) : cached;
      if (!context) return say(`${title}: no drafts`);
      times[drafts] = await forced(decoder, context, ids, prompt, length);
      report = context.report ?? report;
    }
    ratios.clock.push(times.false.clock / times.true.clock);
    ratios.cpu.push(times.false.cpu / times.true.cpu);
  }
  const accepted = [...kinds]
    .map(([kind, { right, tried }]) => `${kind} ${((100 * right) / tried).toFixed(0)} % of ${tried}`)
    .join(", ");
  const [clock, cpu] = [ratios.clock, ratios.cpu].map((values) => median(values).toFixed(2));
  say(
    `${title}: ${clock} × by the clock, ${cpu} × by CPU; ${length} ids in ${report.runs} runs; accepted ${accepted || "–"}`,
  );
  if (given.csv === undefined) return undefined;
  const row = (measure, value, unit) =>
    say(
      `forced-ids.mjs,"Forced ids with drafts against without",${JSON.stringify(title)},${measure},${value},${unit},${given.csv},${new Date().toISOString().slice(0, 10)},node forced-ids.mjs`,
    );
  row("by the clock", clock, "×");
  return row("by CPU", cpu, "×");
}

/** Time of each id after the first. */
async function forced(decoder, context, ids, prompt, length) {
  const first = ids.slice(0, prompt);
  const request = { prompt: first, context, sampler: new Sampler({ seed: 1 }) };
  let [done, start, cpuStart] = [0, 0, 0];
  for await (const _ of generateIds(decoder, { ...request, override: async () => ids[prompt + done] })) {
    done += 1;
    if (done === 1) [start, cpuStart] = [performance.now(), cpuMs()];
    if (done === length) break;
  }
  return { clock: performance.now() - start, cpu: cpuMs() - cpuStart };
}

function pieces(idsOf) {
  return Object.fromEntries(
    midiFiles(given.midi).map((file) => [file.split("/").at(-1), idsOf(readMidi(readFileSync(file)))]),
  );
}

/** The ids of a piece up to the end of the first window. */
function arrivalIds(score) {
  const events = padWithRests(arrivalNotes(score), 0, ARRIVAL_55028);
  const window = new ArrivalSequenceWindow({
    vocabulary: ARRIVAL_55028,
    isAnticipating: false,
    positions: 1024,
  });
  let ids = [];
  for (const event of events) {
    window.push(event);
    const next = window.ids(event.onsetStep);
    if (next.length <= ids.length) break;
    ids = [...next];
  }
  return ids;
}

async function load(folder, precision) {
  return loadDecoder(await checkpointFolder(folder), options(precision));
}

function options(precision) {
  return { backend: "node", precision, threads };
}
