/**
 * Constrained decoding in the graph: an automaton with counters, whose tables give the allowed ids (after Willard & Louf 2023,
 * "Efficient Guided Generation for Large Language Models"). A flag is a counter above 0.
 *
 *     counters    ← max(0, counters · factors[id] + increments[id])                   after every id
 *     conjunction = max(0, flags · conjunctionWeights + conjunctionOffsets)           1 if all its flags are set
 *     allowed     = [flags, conjunction] · blockCounts + baseBlockCounts = 0          no block remains
 *
 * Some counters are countdowns: an id is excluded while its countdown is above `highestCountdown`, unless no id would remain.
 * Some counters are clocks: while the clock of an allowed id is at its limit or beyond, the first such id is the only allowed one.
 * Each sequence has limits of its own.
 */
import { type GraphBuilder, integer, type Value } from "../../../models/index.ts";
import type { RuntimeTensor } from "../runtime.ts";
import { BOOL, FLOAT } from "./graph-nodes.ts";
import type { Automaton } from "./rule.ts";
import { joined } from "../graph-values.ts";
import { float32, int32 } from "./tensors.ts";

/** The tables as values of a graph, in the shapes of `AutomatonTables`, and the limits of each sequence. */
export type AutomatonValues = Readonly<
  Record<
    | "factors"
    | "increments"
    | "conjunctionWeights"
    | "conjunctionOffsets"
    | "blockCounts"
    | "baseBlockCounts"
    | "clocks"
    | "countdowns"
    | "limits"
    | "highestCountdown",
    Value
  >
>;

/** Declares the tables as inputs, with the prefix "sampling.automaton.". */
export function declareTables(graph: GraphBuilder): AutomatonValues {
  const table = (name: string, ...shape: string[]): Value =>
    graph.input(`sampling.automaton.${name}`, "float32", shape);
  return {
    factors: table("factors", "automaton_ids", "counters"),
    increments: table("increments", "automaton_ids", "counters"),
    conjunctionWeights: table("conjunctionWeights", "counters", "conjunctions"),
    conjunctionOffsets: table("conjunctionOffsets", "conjunctions"),
    blockCounts: table("blockCounts", "flags", "automaton_ids"),
    baseBlockCounts: table("baseBlockCounts", "automaton_ids"),
    clocks: graph.input("sampling.automaton.clocks", "int32", ["automaton_ids"]),
    countdowns: graph.input("sampling.automaton.countdowns", "int32", ["automaton_ids"]),
    limits: table("limits", "sequences", "automaton_ids"),
    highestCountdown: graph.input("sampling.automaton.highestCountdown", "float32", ["sequences", 1]),
  };
}

/** The values of these inputs. All sequences of a run share the tables. */
export function tableInputs(sequences: readonly Automaton[]): Record<string, RuntimeTensor> {
  const { tables } = sequences[0] ?? NO_AUTOMATON;
  const { counters, conjunctions } = tables;
  const limits = joined(sequences.map((each) => each.limits));
  const size = tables.baseBlockCounts.length;
  return {
    "sampling.automaton.factors": float32(tables.factors, size, counters),
    "sampling.automaton.increments": float32(tables.increments, size, counters),
    "sampling.automaton.conjunctionWeights": float32(tables.conjunctionWeights, counters, conjunctions),
    "sampling.automaton.conjunctionOffsets": float32(tables.conjunctionOffsets, conjunctions),
    "sampling.automaton.blockCounts": float32(tables.blockCounts, counters + conjunctions, size),
    "sampling.automaton.baseBlockCounts": float32(tables.baseBlockCounts, size),
    "sampling.automaton.clocks": int32(tables.clocks, size),
    "sampling.automaton.countdowns": int32(tables.countdowns, size),
    "sampling.automaton.limits": float32(limits, sequences.length, size),
    "sampling.automaton.highestCountdown": float32(
      sequences.map(({ highestCountdown }) => highestCountdown),
      sequences.length,
      1,
    ),
  };
}

/** Placeholder for a run without an automaton. */
export const NO_AUTOMATON: Automaton = {
  tables: {
    counters: 1,
    conjunctions: 1,
    factors: new Float32Array(1),
    increments: new Float32Array(1),
    conjunctionWeights: new Float32Array(1),
    conjunctionOffsets: new Float32Array(1),
    blockCounts: new Float32Array(2),
    baseBlockCounts: new Float32Array(1),
    clocks: new Int32Array(1),
    countdowns: new Int32Array(1),
  },
  counters: new Float32Array(1),
  limits: new Float32Array(1),
  highestCountdown: 1,
};

/**
 * The allowed ids.
 *
 * @param counters `[sequences, counters]`.
 * @returns bool `[sequences, vocabulary]`.
 */
export function allowedIds(graph: GraphBuilder, tables: AutomatonValues, counters: Value): Value {
  const flags = asFloat(graph, graph.node("Greater", [counters, graph.floats([0])])); // [sequences, counters]
  const weighed = graph.node("MatMul", [flags, tables.conjunctionWeights]);
  const conjunction = graph.node("Relu", [graph.node("Add", [weighed, tables.conjunctionOffsets])]); // [sequences, conjunctions]
  const all = graph.node("Concat", [flags, conjunction], { axis: integer(1) });
  const blockCounts = graph.node("Add", [
    graph.node("MatMul", [all, tables.blockCounts]),
    tables.baseBlockCounts,
  ]);
  const unblocked = asFloat(graph, graph.node("Less", [blockCounts, graph.floats([0.5])])); // [sequences, vocabulary]
  const countdowns = graph.node("Gather", [counters, tables.countdowns], { axis: integer(1) });
  const isLow = graph.node("LessOrEqual", [countdowns, tables.highestCountdown]);
  const low = graph.node("Mul", [unblocked, asFloat(graph, isLow)]);
  const anyLow = graph.node("ReduceMax", [low, graph.integers([1])]); // [sequences, 1]
  const allowed = graph.node("Where", [asBool(graph, anyLow), low, unblocked]);

  const clocks = graph.node("Gather", [counters, tables.clocks], { axis: integer(1) });
  const isLate = graph.node("GreaterOrEqual", [clocks, tables.limits]);
  const urgent = graph.node("Mul", [allowed, asFloat(graph, isLate)]); // [sequences, vocabulary]
  const first = graph.node("ArgMax", [urgent], { axis: integer(1), keepdims: integer(0) }); // [sequences]
  const size = graph.node("Shape", [tables.clocks]);
  const alone = graph.node("OneHot", [first, size, graph.floats([0, 1])]);
  const some = graph.node("ReduceMax", [urgent, graph.integers([1])]); // [sequences, 1]
  return asBool(graph, graph.node("Where", [asBool(graph, some), alone, allowed]));
}

/** The counters after an id.  # [sequences, counters] */
export function countersAfter(
  graph: GraphBuilder,
  tables: AutomatonValues,
  counters: Value,
  id: Value, // int32 [sequences]
): Value {
  const kept = graph.node("Mul", [counters, graph.node("Gather", [tables.factors, id])]);
  return graph.node("Relu", [graph.node("Add", [kept, graph.node("Gather", [tables.increments, id])])]);
}

function asFloat(graph: GraphBuilder, value: Value): Value {
  return graph.node("Cast", [value], { to: integer(FLOAT) });
}

function asBool(graph: GraphBuilder, value: Value): Value {
  return graph.node("Cast", [value], { to: integer(BOOL) });
}
