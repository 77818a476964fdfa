/**
 * Constrained decoding in the graph: an automaton with counters, whose tables give the allowed ids (after Willard & Louf 2023,
 * "Efficient Guided Generation for Large Language Models"). A flag is a counter above 0.
 *
 *     counters    ← max(0, counters · factors[id] + increments[id])                   after every id
 *     conjunction = max(0, flags · conjunctionWeights + conjunctionOffsets)           1 if all its flags are set
 *     allowed     = [flags, conjunction] · blockCounts + baseBlockCounts = 0          no block remains
 *
 * Some counters are clocks: while the clock of an allowed id is at its limit or beyond, the first such id is the only allowed one.
 */
import { type GraphBuilder, integer, type Value } from "./graph-builder.ts";

/** The tables, as `AutomatonTables` of `encoding/performance`. */
export interface AutomatonTables {
  readonly counters: number;
  readonly conjunctions: number;
  readonly factors: Float32Array; // [vocabulary, counters]
  readonly increments: Float32Array; // [vocabulary, counters]
  readonly conjunctionWeights: Float32Array; // [counters, conjunctions]
  readonly conjunctionOffsets: Float32Array; // [conjunctions]
  readonly blockCounts: Float32Array; // [counters + conjunctions, vocabulary]
  readonly baseBlockCounts: Float32Array; // [vocabulary]
  /** Index of the counter that is an id's clock. */
  readonly clocks: Int32Array; // [vocabulary]
  /** The clock's limit; Infinity for ids without one. */
  readonly limits: Float32Array; // [vocabulary]
}

/** The tables as values of a graph, in the shapes above. */
export type AutomatonValues = Readonly<
  Record<
    | "factors"
    | "increments"
    | "conjunctionWeights"
    | "conjunctionOffsets"
    | "blockCounts"
    | "baseBlockCounts"
    | "clocks"
    | "limits",
    Value
  >
>;

/** Declares the tables as inputs, with the prefix "automaton.". */
export function automatonInputs(graph: GraphBuilder): AutomatonValues {
  const table = (name: string, ...shape: string[]): Value =>
    graph.input(`automaton.${name}`, "float32", shape);
  return {
    factors: table("factors", "automaton_ids", "counters"),
    increments: table("increments", "automaton_ids", "counters"),
    conjunctionWeights: table("conjunctionWeights", "counters", "conjunctions"),
    conjunctionOffsets: table("conjunctionOffsets", "conjunctions"),
    blockCounts: table("blockCounts", "flags", "automaton_ids"),
    baseBlockCounts: table("baseBlockCounts", "automaton_ids"),
    clocks: graph.input("automaton.clocks", "int32", ["automaton_ids"]),
    limits: table("limits", "automaton_ids"),
  };
}

/**
 * The allowed ids.
 *
 * @param counters `[1, counters]`.
 * @returns bool `[1, vocabulary]`.
 */
export function allowedIds(graph: GraphBuilder, tables: AutomatonValues, counters: Value): Value {
  const flags = asFloat(graph, graph.node("Greater", [counters, graph.floats([0])])); // [1, counters]
  const weighed = graph.node("MatMul", [flags, tables.conjunctionWeights]);
  const conjunction = graph.node("Relu", [graph.node("Add", [weighed, tables.conjunctionOffsets])]); // [1, conjunctions]
  const all = graph.node("Concat", [flags, conjunction], { axis: integer(1) });
  const blockCounts = graph.node("Add", [
    graph.node("MatMul", [all, tables.blockCounts]),
    tables.baseBlockCounts,
  ]);
  const allowed = asFloat(graph, graph.node("Less", [blockCounts, graph.floats([0.5])])); // [1, vocabulary]

  const clocks = graph.node("Gather", [counters, tables.clocks], { axis: integer(1) });
  const isLate = graph.node("GreaterOrEqual", [clocks, tables.limits]);
  const urgent = graph.node("Mul", [allowed, asFloat(graph, isLate)]); // [1, vocabulary]
  const first = graph.node("ArgMax", [urgent], { axis: integer(1), keepdims: integer(0) }); // [1]
  const size = graph.node("Shape", [tables.limits]);
  const alone = graph.node("OneHot", [first, size, graph.floats([0, 1])]);
  const some = graph.node("ReduceMax", [urgent, graph.integers([1])]); // [1, 1]
  return asBool(graph, graph.node("Where", [asBool(graph, some), alone, allowed]));
}

/** The counters after an id.  # [1, counters] */
export function countersAfter(
  graph: GraphBuilder,
  tables: AutomatonValues,
  counters: Value,
  id: Value, // int32 [1]
): Value {
  const kept = graph.node("Mul", [counters, graph.node("Gather", [tables.factors, id])]);
  return graph.node("Relu", [graph.node("Add", [kept, graph.node("Gather", [tables.increments, id])])]);
}

const [FLOAT, BOOL] = [1, 9]; // numbers in `TensorProto.DataType`

function asFloat(graph: GraphBuilder, value: Value): Value {
  return graph.node("Cast", [value], { to: integer(FLOAT) });
}

function asBool(graph: GraphBuilder, value: Value): Value {
  return graph.node("Cast", [value], { to: integer(BOOL) });
}
