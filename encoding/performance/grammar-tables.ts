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
export interface GrammarTables {
  readonly counters: number;
  readonly joints: number;
  /** What an id multiplies each counter by. `[vocabulary, counters]` */
  readonly keeps: Float32Array;
  /** What an id adds to each counter. `[vocabulary, counters]` */
  readonly adds: Float32Array;
  /** joint = max(0, sum of the weights of counters above 0, + offset). `[counters, joints]` */
  readonly jointWeights: Float32Array;
  /** `[joints]` */
  readonly jointOffsets: Float32Array;
  /** How many vetoes a counter above 0, or a joint, adds to each id's. `[counters + joints, vocabulary]` */
  readonly vetoes: Float32Array;
  /** `[vocabulary]` */
  readonly baseVetoes: Float32Array;
  /** Which counter is an id's clock. `[vocabulary]` */
  readonly clocks: Int32Array;
  /** In steps; Infinity for ids that are never urgent. `[vocabulary]` */
  readonly limits: Float32Array;
}

/** Where in the row of counters each group begins. */
export interface TableLayout {
  /** In the order of `LASTS`. */
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
export function grammarTables(
  vocabulary: Vocabulary,
  { longestNoteSteps, mayEnd }: { readonly longestNoteSteps: number; readonly mayEnd: boolean },
): GrammarTables {
  const { size } = vocabulary;
  const layout = tableLayout(vocabulary);
  const { counters } = layout;
  const [noteOn, noteOff] = [range(vocabulary, "NOTE_ON"), range(vocabulary, "NOTE_OFF")];
  const velocity = range(vocabulary, "VELOCITY");
  const end = vocabulary.range("END");
  const keys = noteOn.count;
  const joints = 2;
  const [allDown, velocityAllDown] = [counters, counters + 1]; // rows of `vetoes`

  const jointWeights = new Float32Array(counters * joints);
  for (let key = 0; key < keys; key += 1)
    jointWeights.fill(1, at(layout.sounding + key, 0), at(layout.sounding + key, joints));
  jointWeights[at(PREVIOUS_KINDS.indexOf("VELOCITY"), 1)] = 1;
  function at(counter: number, joint: number): number {
    return counter * joints + joint;
  }

  const vetoes = new Float32Array((counters + joints) * size);
  const baseVetoes = new Float32Array(size);
  const veto = (row: number, first: number, count: number, by: number): void => {
    for (let id = first; id < first + count; id += 1) {
      const cell = row * size + id;
      vetoes[cell]! += by;
    }
  };
  const follows = followTables(vocabulary);
  for (const [row, last] of PREVIOUS_KINDS.entries()) {
    follows.get(last)?.forEach((may, id) => veto(row, id, 1, 1 - may));
  }
  // A velocity is not said twice running; a note needs one.
  baseVetoes.fill(1, noteOn.first, noteOn.first + keys);
  for (let bin = 0; bin < velocity.count; bin += 1) {
    veto(layout.velocity + bin, velocity.first + bin, 1, 1);
    veto(layout.velocity + bin, noteOn.first, keys, -1);
  }
  // A key that is down can be released and not be struck, another the other way round.
  baseVetoes.fill(1, noteOff.first, noteOff.first + keys);
  for (let key = 0; key < keys; key += 1) {
    veto(layout.sounding + key, noteOff.first + key, 1, -1);
    veto(layout.sounding + key, noteOn.first + key, 1, 1);
    if (end) veto(layout.sounding + key, end.first, 1, 1);
  }
  // With all keys down there is nothing to say a velocity for; after one all the same, note-offs may come.
  veto(allDown, velocity.first, velocity.count, 1);
  veto(velocityAllDown, noteOff.first, keys, -1);
  if (end && !mayEnd) baseVetoes[end.first] = 1;

  const clocks = new Int32Array(size);
  const limits = new Float32Array(size).fill(Infinity);
  for (let key = 0; key < keys; key += 1) {
    clocks[noteOff.first + key] = layout.clock + key;
    limits[noteOff.first + key] = longestNoteSteps;
  }
  return {
    counters,
    joints,
    ...updates(vocabulary, layout),
    jointWeights,
    jointOffsets: Float32Array.of(1 - keys, -keys),
    vetoes,
    baseVetoes,
    clocks,
    limits,
  };
}

/** What each id does to the counters. */
function updates(vocabulary: Vocabulary, layout: TableLayout): Pick<GrammarTables, "keeps" | "adds"> {
  const { counters } = layout;
  const [noteOn, noteOff] = [range(vocabulary, "NOTE_ON"), range(vocabulary, "NOTE_OFF")];
  const velocity = range(vocabulary, "VELOCITY");
  const keeps = new Float32Array(vocabulary.size * counters);
  const adds = new Float32Array(vocabulary.size * counters);
  for (let id = 0; id < vocabulary.size; id += 1) {
    const event = vocabulary.event(id);
    const keep = keeps.subarray(id * counters, (id + 1) * counters);
    const add = adds.subarray(id * counters, (id + 1) * counters);
    keep.fill(1, layout.velocity);
    add[layout.previous + PREVIOUS_KINDS.indexOf(previousKindOf(vocabulary, event))] = 1;
    if (event.kind === "NOTE_ON") {
      const key = id - noteOn.first;
      add[layout.sounding + key] = 1;
      keep[layout.clock + key] = 0;
    } else if (event.kind === "NOTE_OFF") {
      add[layout.sounding + id - noteOff.first] = -1;
    } else if (event.kind === "VELOCITY") {
      keep.fill(0, layout.velocity, layout.sounding);
      add[layout.velocity + id - velocity.first] = 1;
    } else if (event.kind === "TIME_SHIFT") {
      add.fill(event.value, layout.clock);
    } else if (event.kind === "START" || event.kind === "END") {
      keep.fill(0);
    }
  }
  return { keeps, adds };
}

/** A range that every performance vocabulary has. */
function range(vocabulary: Vocabulary, kind: EventKind): IdRange {
  const first = vocabulary.id(kind);
  return vocabulary.range(kind) ?? { kind, first, count: 0, minimum: 0 };
}
