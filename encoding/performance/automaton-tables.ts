/**
 * The grammar as numbers, so that something that knows no music, such as a loop inside a graph, can follow it.
 *
 * What has to be remembered is a row of counters: what the last event was (one of them is 1), which velocity holds (one
 * is 1, or none), how many notes sound on each key, and for how long each key has been down. After every id
 * `counter = max(0, counter · keeps + adds)`. An id may come next when no veto is left: its own, plus those of all
 * counters above 0, plus those of joints, which are 1 where many counters are above 0 at once. While a legal id's clock
 * stands at its limit or beyond, the first such id is the only legal one.
 */
import { followTables, PREVIOUS_KINDS, previousKindOf } from "./grammar-rules.ts";
import type { EventKind, IdRange, Vocabulary } from "./vocabulary.ts";

/** Which ids may come next, as numbers for a graph that knows no music; the head of the file says how they are used. */
export interface AutomatonTables {
  readonly counters: number;
  readonly conjunctions: number;
  /** What an id multiplies each counter by. `[vocabulary, counters]` */
  readonly factors: Float32Array;
  /** What an id increments to each counter. `[vocabulary, counters]` */
  readonly increments: Float32Array;
  /** conjunction = max(0, sum of the weights of counters above 0, + offset). `[counters, conjunctions]` */
  readonly conjunctionWeights: Float32Array;
  /** `[conjunctions]` */
  readonly conjunctionOffsets: Float32Array;
  /** How many blockCounts a counter above 0, or a conjunction, increments to each id's. `[counters + conjunctions, vocabulary]` */
  readonly blockCounts: Float32Array;
  /** `[vocabulary]` */
  readonly baseBlockCounts: Float32Array;
  /** Which counter is an id's clock. `[vocabulary]` */
  readonly clocks: Int32Array;
  /** In steps; Infinity for ids that are never urgent. `[vocabulary]` */
  readonly limits: Float32Array;
}

/** Where in the row of counters each group begins. */
export interface TableLayout {
  /** In the order of `PREVIOUS_KINDS`. */
  readonly previous: number;
  readonly velocity: number;
  readonly sounding: number;
  readonly clock: number;
  readonly counters: number;
}

export function tableLayout(vocabulary: Vocabulary): TableLayout {
  const keys = range(vocabulary, "NOTE_ON").count;
  const velocity = PREVIOUS_KINDS.length;
  const sounding = velocity + range(vocabulary, "VELOCITY").count;
  const clock = sounding + keys;
  return { previous: 0, velocity, sounding, clock, counters: clock + keys };
}

/** @param longestNoteSteps, mayEnd as in `GrammarOptions`. */
export function automatonTables(
  vocabulary: Vocabulary,
  { longestNoteSteps, mayEnd }: { readonly longestNoteSteps: number; readonly mayEnd: boolean },
): AutomatonTables {
  const { size } = vocabulary;
  const layout = tableLayout(vocabulary);
  const { counters } = layout;
  const [noteOn, noteOff] = [range(vocabulary, "NOTE_ON"), range(vocabulary, "NOTE_OFF")];
  const velocity = range(vocabulary, "VELOCITY");
  const end = vocabulary.range("END");
  const keys = noteOn.count;
  const conjunctions = 2;
  const [allDown, velocityAllDown] = [counters, counters + 1]; // rows of `blockCounts`

  const conjunctionWeights = new Float32Array(counters * conjunctions);
  for (let key = 0; key < keys; key += 1)
    conjunctionWeights.fill(1, at(layout.sounding + key, 0), at(layout.sounding + key, conjunctions));
  conjunctionWeights[at(PREVIOUS_KINDS.indexOf("VELOCITY"), 1)] = 1;
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
    follows.get(last)?.forEach((may, id) => addBlocks(row, id, 1, 1 - may));
  }
  // A velocity is not said twice running; a note needs one.
  baseBlockCounts.fill(1, noteOn.first, noteOn.first + keys);
  for (let bin = 0; bin < velocity.count; bin += 1) {
    addBlocks(layout.velocity + bin, velocity.first + bin, 1, 1);
    addBlocks(layout.velocity + bin, noteOn.first, keys, -1);
  }
  // A key that is down can be released and not be struck, another the other way round.
  baseBlockCounts.fill(1, noteOff.first, noteOff.first + keys);
  for (let key = 0; key < keys; key += 1) {
    addBlocks(layout.sounding + key, noteOff.first + key, 1, -1);
    addBlocks(layout.sounding + key, noteOn.first + key, 1, 1);
    if (end) addBlocks(layout.sounding + key, end.first, 1, 1);
  }
  // With all keys down there is nothing to say a velocity for; after one all the same, note-offs may come.
  addBlocks(allDown, velocity.first, velocity.count, 1);
  addBlocks(velocityAllDown, noteOff.first, keys, -1);
  if (end && !mayEnd) baseBlockCounts[end.first] = 1;

  const clocks = new Int32Array(size);
  const limits = new Float32Array(size).fill(Infinity);
  for (let key = 0; key < keys; key += 1) {
    clocks[noteOff.first + key] = layout.clock + key;
    limits[noteOff.first + key] = longestNoteSteps;
  }
  return {
    counters,
    conjunctions,
    ...updates(vocabulary, layout),
    conjunctionWeights,
    conjunctionOffsets: Float32Array.of(1 - keys, -keys),
    blockCounts,
    baseBlockCounts,
    clocks,
    limits,
  };
}

/** What each id does to the counters. */
function updates(
  vocabulary: Vocabulary,
  layout: TableLayout,
): Pick<AutomatonTables, "factors" | "increments"> {
  const { counters } = layout;
  const [noteOn, noteOff] = [range(vocabulary, "NOTE_ON"), range(vocabulary, "NOTE_OFF")];
  const velocity = range(vocabulary, "VELOCITY");
  const factors = new Float32Array(vocabulary.size * counters);
  const increments = new Float32Array(vocabulary.size * counters);
  for (let id = 0; id < vocabulary.size; id += 1) {
    const event = vocabulary.event(id);
    const factor = factors.subarray(id * counters, (id + 1) * counters);
    const increment = increments.subarray(id * counters, (id + 1) * counters);
    factor.fill(1, layout.velocity);
    increment[layout.previous + PREVIOUS_KINDS.indexOf(previousKindOf(vocabulary, event))] = 1;
    if (event.kind === "NOTE_ON") {
      const key = id - noteOn.first;
      increment[layout.sounding + key] = 1;
      factor[layout.clock + key] = 0;
    } else if (event.kind === "NOTE_OFF") {
      increment[layout.sounding + id - noteOff.first] = -1;
    } else if (event.kind === "VELOCITY") {
      factor.fill(0, layout.velocity, layout.sounding);
      increment[layout.velocity + id - velocity.first] = 1;
    } else if (event.kind === "TIME_SHIFT") {
      increment.fill(event.value, layout.clock);
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
