/**
 * Speculative decoding of forced ids: each sampled id is replaced by the next id of a given sequence, as if a model had memorized it. It runs
 * with and without drafts, alternately, a few ids each.
 *
 *   node forced-ids.mjs [--gpt2 FOLDER] [--arrival FOLDER] [--midi FOLDER] [--against DIST] [--precision fp32,int8] [--threads N]
 *                       [--count N] [--rounds N] [--only CASE,…] [--csv MACHINE]
 *
 * Cases: "refrain", verses with a refrain, and "rhyme", a cumulative rhyme, for models/shakespeare; "loop", a loop of 60 ids, and
 * "gpt2-rhyme" for a network in GPT-2's shape (`--gpt2`, from random-gpt2.mjs); "piano", the pieces of `--midi` for models/piano;
 * "arrival", the same for a network of the Anticipatory Music Transformer (`--arrival`, from `random-gpt2.mjs --vocabulary 55028`), with
 * its whole head and with slices of it. `--against` names the `dist` of another build, whose GPT-2 without drafts is measured too.
 *
 * A ratio is the time without drafts divided by the time with them, the median of the rounds, for wall-clock and CPU time. "Accepted" is the
 * share of drafted ids that were sampled, by kind of id; ids after a rejected one are not counted.
 */
import { existsSync, readFileSync } from "node:fs";
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
import { CachedContext, speculate, SuffixDrafter } from "../dist/src/engine/index.js";
import { ArrivalDrafter } from "../dist/src/music/arrival/arrival-drafter.js";
import { ArrivalSequenceWindow } from "../dist/src/music/arrival/arrival-window.js";
import { checkpointFolder, loadDecoder, loadTextModel } from "../dist/src/platform/node/index.js";
import { Forced } from "./forced.mjs";
import { CountingDrafter } from "./counting-drafter.mjs";
import { IdleWatch } from "./idle-watch.mjs";
import { machine, median, midiFiles, say } from "./tools.mjs";

const { values: given } = parseArgs({
  options: {
    gpt2: { type: "string" },
    arrival: { type: "string" },
    midi: { type: "string" },
    against: { type: "string" },
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

/** "The House That Jack Built" (London, about 1755): each verse repeats the one before it. */
const HOUSE = [
  "the house that Jack built.",
  "the malt\nThat lay in ",
  "the rat,\nThat ate ",
  "the cat,\nThat killed ",
  "the dog,\nThat worried ",
  "the cow with the crumpled horn,\nThat tossed ",
  "the maiden all forlorn,\nThat milked ",
  "the man all tattered and torn,\nThat kissed ",
  "the priest all shaven and shorn,\nThat married ",
  "the cock that crowed in the morn,\nThat waked ",
];

/** Ids of each turn. */
const BLOCK = 20;

const CASES = {
  refrain: async (precision) => {
    const { decoder, tokenizer } = await shakespeare(precision);
    const song = VERSES.map((verse) => `${REFRAIN}${verse}`).join("");
    return { decoder, pieces: { refrain: tokenizer.encode(song + song) }, prompt: 40 };
  },
  rhyme: async (precision) => {
    const { decoder, tokenizer } = await shakespeare(precision);
    return { decoder, pieces: { rhyme: tokenizer.encode(rhyme()) }, prompt: 40 };
  },
  loop: async (precision) => {
    if (!given.gpt2) return undefined;
    const ids = Array.from({ length: 900 }, (_, i) => ((i % 60) * 7919) % 40_000);
    return { decoder: await load(given.gpt2, precision), pieces: { loop: ids }, prompt: 128 };
  },
  "gpt2-rhyme": async (precision) => {
    if (!given.gpt2) return undefined;
    const { decoder, tokenizer } = await shakespeare(precision);
    await decoder.dispose();
    return {
      decoder: await load(given.gpt2, precision),
      pieces: { rhyme: tokenizer.encode(rhyme()) },
      prompt: 40,
    };
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
    const newDrafter = (rowCost) => new ArrivalDrafter(ARRIVAL_55028, rowCost);
    const other = given.against && (await loadOther(precision));
    return {
      decoder,
      pieces: pieces(arrivalIds),
      prompt: 256,
      kindOf,
      newDrafter,
      other,
      rangeOf: slotRange,
    };
  },
};

say(`${machine()}; ${threads} threads, ${count} ids, ${rounds} rounds`);
const idle = new IdleWatch([]);
for (const [key, open] of Object.entries(CASES)) {
  if (given.only !== undefined && !given.only.split(",").includes(key)) continue;
  for (const precision of given.precision.split(",")) {
    const found = await open(precision);
    if (!found) continue;
    const all = new Map();
    for (const [name, ids] of Object.entries(found.pieces)) {
      for (const [what, ratio] of await compare(`${key}: ${name}, ${precision}`, ids, found))
        all.set(what, [...(all.get(what) ?? []), ratio]);
    }
    for (const [what, ratios] of all) {
      if (ratios.length < 2) continue;
      const [least, most] = [Math.min(...ratios), Math.max(...ratios)].map((ratio) => ratio.toFixed(2));
      say(
        `${key}, ${precision}, ${ratios.length} pieces: ${what} ${median(ratios).toFixed(2)} (${least} to ${most})`,
      );
    }
    await found.decoder.dispose();
  }
}
say(idle.verdict());

/** Prints the ratios of a sequence. @returns them by name. */
async function compare(title, ids, found) {
  const { decoder, prompt, kindOf = () => "id", newDrafter = () => new SuffixDrafter() } = found;
  const room = found.rangeOf ? decoder.config.window - prompt - 1 : Infinity;
  const length = Math.min(count, ids.length - prompt - 1, room);
  const counts = new Map();
  const ratios = new Map();
  let report;
  for (let round = 0; round < rounds; round += 1) {
    const kinds = round === 0 ? counts : new Map();
    const cached = () => new CachedContext(decoder, found.withSink ?? false);
    const drafting = () =>
      speculate(decoder, cached(), (cost) => new CountingDrafter(newDrafter(cost), kindOf, kinds));
    const runs = {
      plain: new Forced(decoder.config, cached()),
      drafts: new Forced(decoder.config, drafting()),
    };
    if (found.rangeOf) {
      runs.slices = new Forced(decoder.config, cached(), found.rangeOf);
      runs["drafts and slices"] = new Forced(decoder.config, drafting(), found.rangeOf);
    }
    if (found.other) runs.other = new Forced(decoder.config, found.other.context());
    const order = Object.values(runs);
    for (const run of order) await run.start(ids, prompt);
    for (let done = 0, turn = round; done < length; done += BLOCK, turn += 1) {
      for (const run of turn % 2 === 0 ? order : order.toReversed())
        await run.advance(Math.min(BLOCK, length - done));
    }
    report = runs.drafts.report;
    for (const measure of ["clock", "cpu"]) {
      const by = measure === "clock" ? "by the clock" : "by CPU time";
      const add = (what, slow, fast) => {
        const name = `${what}, ${by}`;
        ratios.set(name, [...(ratios.get(name) ?? []), runs[slow][measure] / runs[fast][measure]]);
      };
      add("drafts", "plain", "drafts");
      if (runs.slices) {
        add("slices", "plain", "slices");
        add("drafts beside slices", "slices", "drafts and slices");
        add("drafts and slices", "plain", "drafts and slices");
      }
      if (runs.other) {
        add("drafts against the other build", "other", "drafts");
        add("drafts and slices against the other build", "other", "drafts and slices");
      }
    }
  }
  const accepted = [...counts]
    .map(([kind, { right, tried }]) => `${kind} ${((100 * right) / tried).toFixed(0)} % of ${tried}`)
    .join(", ");
  const medians = [...ratios].map(([what, values]) => [what, median(values)]);
  const shown = medians.map(([what, value]) => `${what} ${value.toFixed(2)}`).join("; ");
  say(`${title}: ${length} ids in ${report.runs} runs; accepted ${accepted || "–"}; ${shown}`);
  if (given.csv !== undefined) {
    const row = (measure, value, unit) =>
      say(
        `forced-ids.mjs,"Forced ids with drafts against without",${JSON.stringify(title)},"${measure}",${value},${unit},${given.csv},${new Date().toISOString().slice(0, 10)},node forced-ids.mjs`,
      );
    for (const [what, value] of medians) row(what, value.toFixed(2), "×");
    row("runs", `${report.runs} of ${length}`, "ids");
    row("drafted ids that came", `"${accepted}"`, "%");
  }
  return medians;
}

function rhyme() {
  const verses = HOUSE.map(
    (_, last) =>
      `This is ${HOUSE.slice(0, last + 1)
        .toReversed()
        .join("")}\n\n`,
  );
  return verses.join("");
}

function shakespeare(precision) {
  return loadTextModel(shipped("shakespeare"), options(precision));
}

/** GPT-2 of another build, whose folders may have other names. */
async function loadOther(precision) {
  const from = async (...paths) => {
    for (const path of paths) {
      const file = resolve(given.against, path);
      if (existsSync(file)) return import(file);
    }
    throw new Error(`${given.against} has none of ${paths.join(", ")}`);
  };
  const loading = await from("src/platform/node/load-decoder.js", "src/node/load-decoder.js");
  const folders = await from("src/platform/node/checkpoint-folder.js", "src/node/checkpoint-folder.js");
  const { backend: _, ...rest } = options(precision);
  const decoder = await loading.loadDecoder(await folders.checkpointFolder(given.arrival), rest);
  /** Reads as `CachedContext` does. */
  const context = () => {
    const cache = decoder.createCache();
    const append = async (ids) => ({ logits: await decoder.forward(ids, cache) });
    return { prefill: append, append };
  };
  return { context };
}

/** The ids of the slot after a position of a sequence. */
function slotRange(position) {
  const { first, end } = ARRIVAL_55028.slot(["onset", "duration", "note"][position % 3]);
  return { first, count: end - first };
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
