/**
 * Which ids may come next, followed inside a graph. The rules come as tables, so that nothing here knows what the ids
 * mean. What has to be remembered of the ids so far is a row of counters; a flag is a counter above 0.
 *
 *     counters ← max(0, counters · keeps[id] + adds[id])                        after every id
 *     joint    = max(0, flags · jointWeights + jointOffsets)                    1 where several flags are set at once
 *     legal    = [flags, joint] · vetoes + baseVetoes = 0                       no veto is left
 *
 * Some counters are clocks: while a legal id's clock stands at its limit or beyond, the first such id is the only legal.
 */
import { type GraphBuilder, integer, type Value } from "./graph-builder.ts";

/** The rules. A row for every id of the vocabulary, or of the counters, as said. */
export interface LegalityTables {
  readonly counters: number;
  readonly joints: number;
  readonly keeps: Float32Array; // [vocabulary, counters]
  readonly adds: Float32Array; // [vocabulary, counters]
  readonly jointWeights: Float32Array; // [counters, joints]
  readonly jointOffsets: Float32Array; // [joints]
  readonly vetoes: Float32Array; // [counters + joints, vocabulary]
  readonly baseVetoes: Float32Array; // [vocabulary]
  /** Which counter is an id's clock. */
  readonly clocks: Int32Array; // [vocabulary]
  /** Where the clock has to stand for the id to be urgent; Infinity for most. */
  readonly limits: Float32Array; // [vocabulary]
}

/** The tables as values of a graph, in the shapes above. */
export type LegalityValues = Readonly<
  Record<
    "keeps" | "adds" | "jointWeights" | "jointOffsets" | "vetoes" | "baseVetoes" | "clocks" | "limits",
    Value
  >
>;

/** Declares the tables as inputs, under the prefix "legality.". */
export function legalityInputs(graph: GraphBuilder): LegalityValues {
  const table = (name: string, ...shape: string[]): Value =>
    graph.input(`legality.${name}`, "float32", shape);
  return {
    keeps: table("keeps", "legal_ids", "counters"),
    adds: table("adds", "legal_ids", "counters"),
    jointWeights: table("jointWeights", "counters", "joints"),
    jointOffsets: table("jointOffsets", "joints"),
    vetoes: table("vetoes", "flags", "legal_ids"),
    baseVetoes: table("baseVetoes", "legal_ids"),
    clocks: graph.input("legality.clocks", "int32", ["legal_ids"]),
    limits: table("limits", "legal_ids"),
  };
}

/** @returns bool `[1, vocabulary]`. */
export function legalIds(graph: GraphBuilder, tables: LegalityValues, counters: Value): Value {
  const flags = asFloat(graph, graph.node("Greater", [counters, graph.floats([0])])); // [1, counters]
  const weighed = graph.node("MatMul", [flags, tables.jointWeights]);
  const joint = graph.node("Relu", [graph.node("Add", [weighed, tables.jointOffsets])]); // [1, joints]
  const all = graph.node("Concat", [flags, joint], { axis: integer(1) });
  const vetoes = graph.node("Add", [graph.node("MatMul", [all, tables.vetoes]), tables.baseVetoes]);
  const legal = asFloat(graph, graph.node("Less", [vetoes, graph.floats([0.5])])); // [1, vocabulary]

  const clocks = graph.node("Gather", [counters, tables.clocks], { axis: integer(1) });
  const isLate = graph.node("GreaterOrEqual", [clocks, tables.limits]);
  const urgent = graph.node("Mul", [legal, asFloat(graph, isLate)]); // [1, vocabulary]
  const first = graph.node("ArgMax", [urgent], { axis: integer(1), keepdims: integer(0) }); // [1]
  const size = graph.node("Shape", [tables.limits]);
  const alone = graph.node("OneHot", [first, size, graph.floats([0, 1])]);
  const some = graph.node("ReduceMax", [urgent, graph.integers([1])]); // [1, 1]
  return asBool(graph, graph.node("Where", [asBool(graph, some), alone, legal]));
}

/** The counters after an id.  # [1, counters] */
export function countersAfter(
  graph: GraphBuilder,
  tables: LegalityValues,
  counters: Value,
  id: Value, // int32 [1]
): Value {
  const kept = graph.node("Mul", [counters, graph.node("Gather", [tables.keeps, id])]);
  return graph.node("Relu", [graph.node("Add", [kept, graph.node("Gather", [tables.adds, id])])]);
}

const [FLOAT, BOOL] = [1, 9]; // numbers in `TensorProto.DataType`

function asFloat(graph: GraphBuilder, value: Value): Value {
  return graph.node("Cast", [value], { to: integer(FLOAT) });
}

function asBool(graph: GraphBuilder, value: Value): Value {
  return graph.node("Cast", [value], { to: integer(BOOL) });
}
