/**
 * Compares the note lengths of pianist and model, in the pairs of pairs.mjs.
 *
 *   node twin/lengths.mjs PAIRS.json [MORE.json …]
 *
 * For each file: the shares of notes above each length, and the share of long notes that end together with another one. Then the peaks:
 * histogram bins of 0.1 s, from FROM seconds on, with a share of the model's notes of at least LEAST_MODEL and more than TWICE the
 * pianist's share. A share of the pianist below LEAST_HUMAN counts as LEAST_HUMAN.
 */
import { readFileSync } from "node:fs";
import { say } from "../tools.mjs";

const FROM = 2.5; // seconds
const BIN = 0.1; // seconds
const LEAST_MODEL = 0.001;
const LEAST_HUMAN = 0.0005;
const TWICE = 2;
const LENGTHS = [1, 2, 3, 4, 5, 6]; // seconds
/** The lowest length of a long note, in seconds. */
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

/** The bins in which the model's share of notes is too high. */
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

/** The share of the notes in each bin of lengths. */
function histogram(notes) {
  const shares = new Map();
  for (const [onset, end] of notes) {
    const bin = Math.floor(Math.round((end - onset) * 100) / (100 * BIN));
    shares.set(bin, (shares.get(bin) ?? 0) + 1 / notes.length);
  }
  return shares;
}

/** The share of long notes that end within 20 ms of another note, with onsets at least 100 ms apart. */
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

/** The most simultaneous notes. */
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
