/**
 * Compares the note lengths of pianist and model, in the pairs of pairs.mjs.
 *
 *   node twin/lengths.mjs PAIRS.json [MORE.json …]
 *
 * For each file: the shares of notes above each length, the share of long notes that end together with another one, and the highest
 * polyphony. Then the overrepresented bins: histogram bins of 0.1 s, from MIN_LENGTH seconds on, with a share of the model's notes of at
 * least MIN_MODEL_SHARE and more than MIN_RATIO times the pianist's share, which is counted as at least MIN_HUMAN_SHARE.
 */
import { readFileSync } from "node:fs";
import { say } from "../tools.mjs";

const MIN_LENGTH = 2.5; // seconds
const BIN = 0.1; // seconds
const MIN_MODEL_SHARE = 0.001;
const MIN_HUMAN_SHARE = 0.0005;
const MIN_RATIO = 2;
const LENGTHS = [1, 2, 3, 4, 5, 6]; // seconds
/** The minimum length of a long note, in seconds. */
const LONG = 2;

const files = process.argv.slice(2);
if (files.length === 0) {
  say("usage: node twin/lengths.mjs PAIRS.json [MORE.json …]");
  process.exit(2);
}
say(
  `| file | side | notes | ${LENGTHS.map((length) => `over ${length} s`).join(" | ")} | end together | highest polyphony |`,
);
say(`| --- | --- ${"| --- ".repeat(LENGTHS.length + 3)}|`);
const bins = [];
for (const file of files) {
  const pairs = JSON.parse(readFileSync(file, "utf8"));
  const [human, model] = ["real", "made"].map((side) => pairs.map((pair) => pair[side]));
  for (const [side, pieces] of [
    ["pianist", human],
    ["model", model],
  ])
    say(row(file, side, pieces));
  bins.push(...overrepresented(human.flat(), model.flat()).map((bin) => `${file}: ${bin}`));
}
say("");
say(bins.length === 0 ? "no overrepresented bins" : bins.join("\n"));

function row(file, side, pieces) {
  const notes = pieces.flat();
  const shares = LENGTHS.map((length) =>
    percent(notes.filter(([onset, end]) => end - onset > length).length / notes.length),
  );
  const columns = [
    file,
    side,
    notes.length,
    ...shares,
    percent(endingTogether(pieces)),
    highestPolyphony(pieces),
  ];
  return `| ${columns.join(" | ")} |`;
}

/** The bins in which the model's share of notes is too high. */
function overrepresented(human, model) {
  const [humanShares, modelShares] = [histogram(human), histogram(model)];
  return [...modelShares]
    .toSorted(([a], [b]) => a - b)
    .filter(
      ([bin, share]) =>
        bin >= MIN_LENGTH / BIN &&
        share >= MIN_MODEL_SHARE &&
        share > MIN_RATIO * Math.max(MIN_HUMAN_SHARE, humanShares.get(bin) ?? 0),
    )
    .map(
      ([bin, share]) =>
        `${(bin * BIN).toFixed(1)} s: ${percent(share)}, pianist ${percent(humanShares.get(bin) ?? 0)}`,
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
function endingTogether(pieces) {
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

/** The highest number of simultaneous notes. */
function highestPolyphony(pieces) {
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
