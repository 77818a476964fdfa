/**
 * How long notes last: the pianist's and the model's, of the pairs of pairs.mjs.
 *
 *   node twin/lengths.mjs PAIRS.json [MORE.json …]
 *
 * For each file: the shares of notes over some lengths, the share of long notes that end together with another, and the bins of
 * 0.1 s beyond FROM seconds that hold at least LEAST_MODEL of the model's notes and more than TWICE times the pianist's share,
 * counted as at least LEAST_HUMAN.
 */
import { readFileSync } from "node:fs";
import { say } from "../tools.mjs";

const FROM = 2.5;
const BIN = 0.1; // seconds
const LEAST_MODEL = 0.001;
const LEAST_HUMAN = 0.0005;
const TWICE = 2;
const LENGTHS = [1, 2, 3, 4, 5, 6];
/** Notes of at least these seconds are long. */
const LONG = 2;

const files = process.argv.slice(2);
if (files.length === 0) {
  say("usage: node twin/lengths.mjs PAIRS.json [MORE.json …]");
  process.exit(2);
}
say(
  `| file | side | notes | ${LENGTHS.map((length) => `over ${length} s`).join(" | ")} | end together | most at once |`,
);
say(`| --- | --- ${"| --- ".repeat(LENGTHS.length + 3)}|`);
const late = [];
for (const file of files) {
  const pairs = JSON.parse(readFileSync(file, "utf8"));
  const [human, model] = ["real", "made"].map((side) => pairs.map((pair) => pair[side]));
  for (const [side, pieces] of [
    ["pianist", human],
    ["model", model],
  ])
    say(row(file, side, pieces));
  late.push(...peaks(human.flat(), model.flat()).map((peak) => `${file}: ${peak}`));
}
say("");
say(late.length === 0 ? "no bin holds too many notes" : late.join("\n"));

function row(file, side, pieces) {
  const notes = pieces.flat();
  const shares = LENGTHS.map((length) =>
    percent(notes.filter(([onset, end]) => end - onset > length).length / notes.length),
  );
  return `| ${[file, side, notes.length, ...shares, percent(together(pieces)), most(pieces)].join(" | ")} |`;
}

/** The bins with too many of the model's notes. */
function peaks(human, model) {
  const [of, by] = [histogram(human), histogram(model)];
  return [...by]
    .toSorted(([a], [b]) => a - b)
    .filter(
      ([bin, share]) =>
        bin >= FROM / BIN && share >= LEAST_MODEL && share > TWICE * Math.max(LEAST_HUMAN, of.get(bin) ?? 0),
    )
    .map(
      ([bin, share]) =>
        `${(bin * BIN).toFixed(1)} s: ${percent(share)}, pianist ${percent(of.get(bin) ?? 0)}`,
    );
}

/** Share of the notes by bin. */
function histogram(notes) {
  const shares = new Map();
  for (const [onset, end] of notes) {
    const bin = Math.floor(Math.round((end - onset) * 100) / (100 * BIN));
    shares.set(bin, (shares.get(bin) ?? 0) + 1 / notes.length);
  }
  return shares;
}

/** Share of the long notes that end within 20 ms of another one that began at least 100 ms earlier or later. */
function together(pieces) {
  let [long, found] = [0, 0];
  for (const notes of pieces) {
    for (const [onset, end] of notes) {
      if (end - onset < LONG) continue;
      long += 1;
      if (notes.some((other) => Math.abs(other[1] - end) < 0.025 && Math.abs(other[0] - onset) >= 0.1))
        found += 1;
    }
  }
  return found / long;
}

/** Most notes at once. */
function most(pieces) {
  return Math.max(
    ...pieces.map((notes) => {
      const changes = notes
        .flatMap(([onset, end]) => [
          [onset, 1],
          [end, -1],
        ])
        .toSorted((a, b) => a[0] - b[0] || a[1] - b[1]);
      let [now, top] = [0, 0];
      for (const [, change] of changes) top = Math.max(top, (now += change));
      return top;
    }),
  );
}

function percent(share) {
  return `${(100 * share).toFixed(2)} %`;
}
