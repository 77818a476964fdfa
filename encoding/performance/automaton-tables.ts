/**
 * The grammar as the tables of an automaton with counters, for constrained decoding in the graph (after Willard & Louf 2023,
 * "Efficient Guided Generation for Large Language Models"; `src/engine/sampling/automaton.ts` evaluates them).
 *
 * The counters are: the kind of the previous event (one-hot), the velocity bin (one-hot, or all 0), and for each key the number of sounding
 * notes, a clock and a countdown. The clock is `CLOCK_START` plus the time since the last note-on, in steps of 10 ms; the countdown is
 * `COUNTDOWN_STEPS` minus this time, from 0. After every id `counter = max(0, counter · factor + increment)`.
 *
 * An id is allowed if its block count is 0. This is its base block count, plus the block counts of all counters above 0, plus the block
 * counts of each conjunction, multiplied by the value of the conjunction: the weighted number of counters above 0 minus a limit, from 0.
 * While the clock of an allowed id is at its limit or beyond, the first such id is the only allowed one. A note-off is excluded while the
 * countdown of its key is above a limit, unless no other id is allowed. These limits are not in the tables, since each sequence has its own
 * (`PerformanceGrammar.automaton`).
 */
import { followTables, longestShiftOf, PREVIOUS_KINDS, previousKindOf } from "./grammar-rules.ts";
import type { EventKind, IdRange, Vocabulary } from "./vocabulary.ts";

/**
 * The value of a clock at a note-on, in steps: more than the difference of any two limits, so that a clock that is set back stays above 0.
 * float32 represents whole numbers exactly up to many hours beyond it.
 */
export const CLOCK_START = 2 ** 16;

/** The countdown at a note-on, in steps: more than any shortest duration. */
export const COUNTDOWN_STEPS = 32;

/** The options of the grammar that the tables depend on, without defaults: `GrammarOptions` of `grammar.ts`. */
interface TableOptions {
  readonly mostKeys: number;
  readonly mayEnd: boolean;
}

/** The tables of the automaton, described at the head of this file. */
export interface AutomatonTables {
  readonly counters: number;
  readonly conjunctions: number;
  /** Factor of each counter after an id. `[vocabulary, counters]` */
  readonly factors: Float32Array;
  /** Increment of each counter after an id. `[vocabulary, counters]` */
  readonly increments: Float32Array;
  /** conjunction = max(0, sum of the weights of the counters above 0 + offset). `[counters, conjunctions]` */
  readonly conjunctionWeights: Float32Array;
  /** Offsets of the sums above. `[conjunctions]` */
  readonly conjunctionOffsets: Float32Array;
  /** Added to the block count of each id by a counter above 0, or by a conjunction. `[counters + conjunctions, vocabulary]` */
  readonly blockCounts: Float32Array;
  /** The block count of each id without counters. `[vocabulary]` */
  readonly baseBlockCounts: Float32Array;
  /** Index of the counter that is an id's clock. `[vocabulary]` */
  readonly clocks: Int32Array;
  /** Index of the countdown of the key of a note-off; for other ids, of a counter that is at most 1. `[vocabulary]` */
  readonly countdowns: Int32Array;
}

/** Index of the first counter of each group, and the number of counters. */
export interface TableLayout {
  /** In the order of `PREVIOUS_KINDS`. */
  readonly previous: number;
  readonly velocity: number;
  readonly sounding: number;
  readonly clock: number;
  readonly countdown: number;
  readonly counters: number;
}

/** @throws VocabularyError when the vocabulary has no performance events. */
export function tableLayout(vocabulary: Vocabulary): TableLayout {
  const keys = range(vocabulary, "NOTE_ON").count;
  const velocity = PREVIOUS_KINDS.length;
  const sounding = velocity + range(vocabulary, "VELOCITY").count;
  const clock = sounding + keys;
  const countdown = clock + keys;
  return { previous: 0, velocity, sounding, clock, countdown, counters: countdown + keys };
}

/** The last tables of a vocabulary. */
const lastTables = new WeakMap<
  Vocabulary,
  { readonly options: TableOptions; readonly tables: AutomatonTables }
>();

/**
 * The tables of the grammar. For the same options they are the same object, so that the sequences of a batch can share them.
 *
 * @throws VocabularyError when the vocabulary has no performance events.
 */
export function automatonTables(vocabulary: Vocabulary, options: TableOptions): AutomatonTables {
  const last = lastTables.get(vocabulary);
  const { mostKeys, mayEnd } = options;
  if (last?.options.mostKeys === mostKeys && last.options.mayEnd === mayEnd) return last.tables;
  const tables = createTables(vocabulary, options);
  lastTables.set(vocabulary, { options: { mostKeys, mayEnd }, tables });
  return tables;
}

function createTables(vocabulary: Vocabulary, { mostKeys, mayEnd }: TableOptions): AutomatonTables {
  const { size } = vocabulary;
  const layout = tableLayout(vocabulary);
  const { counters } = layout;
  const [noteOn, noteOff] = [range(vocabulary, "NOTE_ON"), range(vocabulary, "NOTE_OFF")];
  const velocity = range(vocabulary, "VELOCITY");
  const end = vocabulary.range("END");
  const keys = noteOn.count;
  const conjunctions = 3;
  // Rows of `blockCounts`. The difference of the last two is 1 from `mostKeys` sounding keys on, after a velocity.
  const [full, velocityFull, velocityOverfull] = [counters, counters + 1, counters + 2];

  const conjunctionWeights = new Float32Array(counters * conjunctions);
  for (let key = 0; key < keys; key += 1)
    conjunctionWeights.fill(1, at(layout.sounding + key, 0), at(layout.sounding + key, conjunctions));
  // More than the number of keys, so that these are 0 after any other event.
  const afterVelocity = keys + 1;
  for (const conjunction of [1, 2])
    conjunctionWeights[at(PREVIOUS_KINDS.indexOf("VELOCITY"), conjunction)] = afterVelocity;
  function at(counter: number, conjunction: number): number {
    return counter * conjunctions + conjunction;
  }

  const blockCounts = new Float32Array((counters + conjunctions) * size);
  const baseBlockCounts = new Float32Array(size);
  const addBlocks = (row: number, first: number, count: number, by: number): void => {
    for (let id = first; id < first + count; id += 1) {
      const cell = row * size + id;
      blockCounts[cell]! += by;
    }
  };
  const follows = followTables(vocabulary);
  for (const [row, last] of PREVIOUS_KINDS.entries()) {
    follows.get(last)?.forEach((isAllowed, id) => addBlocks(row, id, 1, 1 - isAllowed));
  }
  // The current velocity is not repeated; a note needs a velocity.
  baseBlockCounts.fill(1, noteOn.first, noteOn.first + keys);
  for (let bin = 0; bin < velocity.count; bin += 1) {
    addBlocks(layout.velocity + bin, velocity.first + bin, 1, 1);
    addBlocks(layout.velocity + bin, noteOn.first, keys, -1);
  }
  // A sounding key allows a note-off only, a silent key a note-on only.
  baseBlockCounts.fill(1, noteOff.first, noteOff.first + keys);
  for (let key = 0; key < keys; key += 1) {
    addBlocks(layout.sounding + key, noteOff.first + key, 1, -1);
    addBlocks(layout.sounding + key, noteOn.first + key, 1, 1);
    if (end) addBlocks(layout.sounding + key, end.first, 1, 1);
  }
  // At the maximum polyphony no note-on is allowed, and no velocity, which could not be followed by one; after a velocity, note-offs are.
  addBlocks(full, velocity.first, velocity.count, 1);
  addBlocks(full, noteOn.first, keys, 1);
  addBlocks(velocityFull, noteOff.first, keys, -1);
  addBlocks(velocityOverfull, noteOff.first, keys, 1);
  if (end && !mayEnd) baseBlockCounts[end.first] = 1;

  const clocks = new Int32Array(size);
  const countdowns = new Int32Array(size);
  for (let key = 0; key < keys; key += 1) {
    clocks[noteOff.first + key] = layout.clock + key;
    countdowns[noteOff.first + key] = layout.countdown + key;
  }
  return {
    counters,
    conjunctions,
    ...updates(vocabulary, layout),
    conjunctionWeights,
    conjunctionOffsets: Float32Array.of(
      1 - mostKeys,
      1 - mostKeys - afterVelocity,
      -mostKeys - afterVelocity,
    ),
    blockCounts,
    baseBlockCounts,
    clocks,
    countdowns,
  };
}

/** Factors and increments of every id. */
function updates(
  vocabulary: Vocabulary,
  layout: TableLayout,
): Pick<AutomatonTables, "factors" | "increments"> {
  const { counters } = layout;
  const [noteOn, noteOff] = [range(vocabulary, "NOTE_ON"), range(vocabulary, "NOTE_OFF")];
  const velocity = range(vocabulary, "VELOCITY");
  const longestShift = longestShiftOf(vocabulary);
  const factors = new Float32Array(vocabulary.size * counters);
  const increments = new Float32Array(vocabulary.size * counters);
  for (let id = 0; id < vocabulary.size; id += 1) {
    const event = vocabulary.event(id);
    const factor = factors.subarray(id * counters, (id + 1) * counters);
    const increment = increments.subarray(id * counters, (id + 1) * counters);
    const previous = previousKindOf(event, longestShift);
    factor.fill(1, previous === undefined ? layout.previous : layout.velocity);
    if (previous !== undefined) increment[layout.previous + PREVIOUS_KINDS.indexOf(previous)] = 1;
    if (event.kind === "NOTE_ON") {
      const key = id - noteOn.first;
      increment[layout.sounding + key] = 1;
      factor[layout.clock + key] = 0;
      increment[layout.clock + key] = CLOCK_START;
      factor[layout.countdown + key] = 0;
      increment[layout.countdown + key] = COUNTDOWN_STEPS;
    } else if (event.kind === "NOTE_OFF") {
      increment[layout.sounding + id - noteOff.first] = -1;
    } else if (event.kind === "VELOCITY") {
      factor.fill(0, layout.velocity, layout.sounding);
      increment[layout.velocity + id - velocity.first] = 1;
    } else if (event.kind === "TIME_SHIFT") {
      increment.fill(event.value, layout.clock, layout.countdown);
      increment.fill(-event.value, layout.countdown);
    } else if (event.kind === "START" || event.kind === "END") {
      factor.fill(0);
    }
  }
  return { factors, increments };
}

/** A range that every performance vocabulary has. */
function range(vocabulary: Vocabulary, kind: EventKind): IdRange {
  const first = vocabulary.id(kind);
  return vocabulary.range(kind) ?? { kind, first, count: 0, minimum: 0 };
}
