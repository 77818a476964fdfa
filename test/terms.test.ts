/** Home-made words that standard terms have replaced must not come back: in code, comments, help texts and documents. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const root = fileURLToPath(new URL("../", import.meta.url));

/** Whole identifiers, case-sensitive: as ordinary English words some of them are fine. */
const IDENTIFIERS: Readonly<Record<string, string>> = {
  AddedMusic: "GeneratedTrack",
  ANY_DRAW: "DEFAULT_INPUTS",
  beginsAsGiven: "hasOnlyPrimer",
  changesBetween: "noteEventsBetween",
  checkAnchor: "checkSink",
  claimPartial: "lockPartial",
  computeTones: "computeSamples",
  Contestant: "Implementation",
  drawnInside: "sampleInGraph",
  drawsInside: "samplesInGraph",
  GrammarTables: "AutomatonTables",
  ids_open_to_noise: "corruptible_lengths",
  LaneGroup: "SequenceBatch",
  lend: "withMemory",
  LegalityTables: "AutomatonTables",
  loadTones: "loadSamples",
  LONG_RUN: "HUMAN_DENSITY",
  LONGEST_FIGURE: "the longest repetition loop",
  MarkedPiece: "ControlTokenProcessor",
  movedNotes: "shiftNotes",
  NO_LEGALITY: "an empty AutomatonTables",
  NoteChange: "NoteEvent",
  onHush: "onAllNotesOff",
  packError: "serializeError",
  PackedError: "SerializedError",
  politeRuntime: "yieldingRuntime",
  prepareTones: "prepareSamples",
  ReadIds: "TokenHistory",
  ReadingPool: "PrefixCachePool",
  readSums: "readChecksums",
  SideBySide: "KeyValueCache",
  SteadyOptions: "DriftControlOptions",
  Steering: "LogitAdjustment",
  STEERING_PERIOD: "ADJUSTMENT_PERIOD",
  TASK_MARKS: "CONTROL_TOKENS",
  TaskMark: "ControlToken",
  unpackError: "deserializeError",
  warmGroup: "applyClassTemperature",
  writtenCount: "generatedCount",
};

/** Names of types and classes, which begin some English sentences too: only where code declares or uses a type. */
const TYPES: Readonly<Record<string, string>> = {
  Anchor: "AttentionSink",
  Constraint: "LogitsProcessor",
  Follower: "ProcessorState",
  Hands: "NoteInput",
  Lane: "BatchSequence",
  Noise: "InputCorruption",
  Tones: "SampleSet",
};

/** In any text, whatever the case. */
const WORDS: Readonly<Record<string, string>> = {
  "a link to nothing": "a broken symbolic link",
  "alien chunks?": "unknown chunk",
  "contestants?": "implementation",
  "doors? of the (room|package)": "index file",
  hush: "all notes off",
  "leads? back to": "convert to",
  "learnt by heart": "memorized",
  "--no-steady": "--no-drift-control",
  "npm run sums": "npm run checksums",
  "nothing tells": "it is not known",
  polite: "yielding",
  "side by side window": "sink window",
  steadied: "with drift control",
  "steady(-| )rhythm": "quantized rhythm",
  "steady\\.ts": "drift-control.ts",
  "weights travel": "weights are loaded",
  whoever: "a caller, or the sentence without it",
  "youths?": "countdown",
};

const SKIPPED = new Set(["node_modules", "dist", "html", "coverage", "shared", "findings", "CHANGELOG.md"]);
/** Stems of British spellings, also within identifiers. */
const SPELLINGS: Readonly<Record<string, string>> = {
  behaviour: "behavior",
  colour: "color",
  initialis: "initializ",
  licence: "license",
  memoris: "memoriz",
  neighbour: "neighbor",
  normalis: "normaliz",
  optimise: "optimize",
  quantis: "quantiz",
  serialis: "serializ",
  summaris: "summariz",
};

const CHECKED = /\.(ts|mjs|py|md|html)$/;

const files = filesBelow("").filter(({ path }) => path !== "test/terms.test.ts");

describe("a standard term is used in every file", () => {
  it.each([
    ...Object.entries(IDENTIFIERS).map(([word, term]) => [word, term, identifier(word)] as const),
    ...Object.entries(TYPES).map(([word, term]) => [word, term, typeName(word)] as const),
    ...Object.entries(SPELLINGS).map(([stem, term]) => [stem, term, new RegExp(stem, "i")] as const),
    ...Object.entries(WORDS).map(([word, term]) => [word, term, phrase(word)] as const),
  ])("instead of %s: %s", (word, term, pattern) => {
    const found = files.flatMap(({ path, text }) =>
      linesWith(pattern, text).map((line) => `${path}:${line}`),
    );
    expect(found, `"${word}" is not a term of this project; use "${term}"`).toEqual([]);
  });
});

describe("the patterns", () => {
  it("match whole identifiers only", () => {
    expect(linesWith(identifier("ReadIds"), "a\nnew ReadIds()\nthisReadIdsHere")).toEqual([2]);
  });

  it("match types, not English words", () => {
    const text = "/** Hands over. */\nclass Hands {\nx: Hands;\nnew Hands()\nimport { Hands } from";
    expect(linesWith(typeName("Hands"), text)).toEqual([2, 3, 4, 5]);
  });

  it("match phrases whatever the case", () => {
    expect(linesWith(phrase("learnt by heart"), "Learnt by heart\nlearnt")).toEqual([1]);
  });
});

function identifier(word: string): RegExp {
  return new RegExp(`(?<![\\w$])${word}(?![\\w$])`);
}

function typeName(word: string): RegExp {
  return new RegExp(
    `(?:\\b(?:class|interface|type|new|extends|implements|as) |[:|<] ?|[{,] )${word}(?![\\w$])(?! \\w)`,
  );
}

function phrase(word: string): RegExp {
  return new RegExp(`(?<![\\w$])${word}(?![\\w$])`, "i");
}

function linesWith(pattern: RegExp, text: string): number[] {
  if (!pattern.test(text)) return [];
  return text.split("\n").flatMap((line, index) => (pattern.test(line) ? [index + 1] : []));
}

function filesBelow(folder: string): { readonly path: string; readonly text: string }[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = folder === "" ? entry.name : `${folder}/${entry.name}`;
    if (entry.name.startsWith(".") || SKIPPED.has(entry.name)) return [];
    if (entry.isDirectory()) return filesBelow(path);
    return entry.isFile() && CHECKED.test(entry.name)
      ? [{ path, text: readFileSync(join(root, path), "utf8") }]
      : [];
  });
}
