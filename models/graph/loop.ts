/**
 * The decoder with sampling in the graph, as an ONNX `Loop`: one run returns several ids. WebAssembly copies the cache into
 * its memory for every run, so fewer runs are faster.
 *
 *     iteration 1: rows of `ids`  ─ decoder ─ logits ─ sample ─┐
 *     iteration 2: the sampled id ─ decoder ─ logits ─ sample ─┤ …  `steps` iterations
 *
 * The cache is a constant of the loop; the rows of this run are loop-carried values. Inputs and outputs are those of
 * `decoderGraph`, with these differences:
 *
 *     in   mask           [own, past + own]           own = rows + steps − 1: all rows that the run computes
 *          positions      int32 [own · sequences]     learned positions only
 *          logits_from    int32 [1]                   counted from the end: −1 the last row, −rows all of the first iteration
 *          steps          int32 [1]                   iterations, ≥ 1
 *          …                                          what `DeclareSampling` declares
 *     out  sampled        int32 [steps, sequences]    the ids; fewer if one ends the run, or if no id is allowed for a sequence,
 *                                                     whose last is `NO_SAMPLE`
 *          logits, attention.i                        of the last iteration
 *          keys_values                                [2 · layers · own, heads, headSize]
 *
 * A run reads and samples for all sequences of a batch together, and ends when it ends for one of them.
 */
import { elementAt, entryOf } from "../element-at.ts";
import { declarePast, lastRow, type Segment } from "./attention.ts";
import { type DecoderConfig, headSize } from "../checkpoint/index.ts";
import {
  cacheOutput,
  decoderBlock,
  decoderFrame,
  type DecoderDesign,
  type DecoderGraph,
  type GraphOptions,
  embedding,
  head,
  OPSETS,
  rowsFrom,
} from "./decoder.ts";
import { GraphBuilder, integer, type Value } from "./graph-builder.ts";
import { declareSlices, type HeadSlices, sliceHead } from "./head.ts";
import { encodeModel, type ElementType } from "./onnx.ts";
import { SCHEMES } from "./quantization-scheme.ts";

/** How ids are sampled: declares inputs of the graph, and returns what each iteration does with its logits. */
export type DeclareSampling = (graph: GraphBuilder) => SamplingStep;

/** The body of the sampling step. */
export interface SamplingStep {
  /** Values that it carries from iteration to iteration, besides the id. */
  readonly state: readonly CarriedState[];
  /**
   * Adds the nodes that sample an id for each sequence.
   *
   * @param logits `[sequences, vocabulary]`.
   * @param iteration int64 scalar, from 0.
   */
  sample(graph: GraphBuilder, logits: Value, iteration: Value, state: readonly Value[]): SampledId;
}

/** A value of the sampling step that each iteration passes to the next. */
export interface CarriedState {
  /** An input of the graph. */
  readonly initial: Value;
  readonly type: ElementType;
  readonly shape: readonly (number | string)[];
}

/** What the sampling step of one iteration returns. */
export interface SampledId {
  /** int32 `[sequences]` */
  readonly id: Value;
  /** Bool `[sequences, 1]`: whether any id could be sampled. */
  readonly isSampled: Value;
  /** Bool scalar: whether the run may go on after these ids. */
  readonly goesOn: Value;
  /** In the order of `SamplingStep.state`. */
  readonly state: readonly Value[];
}

/** The sample if no id was allowed. */
export const NO_SAMPLE = -1;

/** The ONNX graph of a decoder that samples in the graph. */
export function decoderLoop(
  decoder: DecoderConfig,
  declareSampling: DeclareSampling,
  { scheme = SCHEMES.fp32.wasm, locate, headSlices = [] }: GraphOptions = {},
): DecoderGraph {
  const config: DecoderDesign = { ...decoder, scheme };
  const slices = sliceHead(headSlices, config.vocabularySize);
  const graph = new GraphBuilder("decoder-loop", undefined, locate);
  const past = declarePast(graph, config.layers, ["heads"], headSize(config), "time first");
  const sequences = sequencesOf(graph, config, elementAt(past, 0));
  const loop: LoopInputs = {
    ids: graph.input("ids", "int32", ["rows"]),
    mask: graph.input("mask", "float32", ["own", "times"]),
    positions: config.position.kind === "learned" ? graph.input("positions", "int32", ["places"]) : undefined,
    logitsFrom: graph.input("logits_from", "int32", [1]),
    steps: graph.input("steps", "int32", [1]),
    slices,
    flags: declareSlices(graph, slices),
    sampling: declareSampling(graph),
    past,
    sequences,
    lastRows: graph.node("Cast", [graph.node("Neg", [sequences])], { to: integer(INT32) }),
  };
  const carried = carriedValues(config, loop);
  const steps = graph.node("Cast", [loop.steps], { to: integer(INT64) });
  const noRows = noRowsOf(graph, elementAt(past, 0));
  const initial = carried.map(({ name, type, shape, role }) => {
    if (name === "ids") return loop.ids;
    const state = loop.sampling.state.find((_, i) => name === stateName(i));
    if (state) return state.initial;
    if (role === "cache") return noRows;
    if (type !== "float32") throw new TypeError(`no initial value for ${name}`);
    return graph.floats(
      [],
      shape.map((size) => (typeof size === "number" ? size : 0)),
    );
  });
  const results = graph.nodes("Loop", [steps, "", ...initial], carried.length + 1, {
    body: { kind: "graph", value: loopBody(graph, config, loop, carried) },
  });
  for (const [i, { name, type, shape, role }] of carried.entries()) {
    const result = elementAt(results, i);
    if (role === "attention") graph.output(name, lastRow(graph, result), type, ["heads", 1, "times"]);
    else if (role === "result") graph.output(name, result, type, shape);
  }
  cacheOutput(
    graph,
    config,
    results.filter((_, i) => carried[i]?.role === "cache"),
  );
  graph.output("sampled", elementAt(results, carried.length), "int32", ["steps", "sequences"]);
  return { bytes: encodeModel({ graph: graph.build(), opsets: OPSETS }), weights: graph.weights };
}

interface LoopInputs {
  readonly ids: Value;
  readonly mask: Value;
  readonly positions: Value | undefined;
  readonly logitsFrom: Value;
  readonly steps: Value;
  readonly slices: HeadSlices;
  /** Of the slices; undefined if there is one. */
  readonly flags: Value | undefined;
  readonly sampling: SamplingStep;
  readonly past: readonly Segment[];
  /** Number of sequences. */
  readonly sequences: Value; // int64 [1]
  /** The first of the last rows of all sequences, counted from the end. */
  readonly lastRows: Value; // int32 [1]
}

/** The number of sequences in the cache: its heads ÷ those of one sequence.  # int64 [1] */
function sequencesOf(graph: GraphBuilder, config: DecoderConfig, { keys }: Segment): Value {
  const heads = graph.node("Shape", [keys], { start: integer(1), end: integer(2) });
  return graph.node("Div", [heads, graph.integers([config.heads])]);
}

/** No rows of the cache, for the first iteration.  # [0, heads, headSize] */
function noRowsOf(graph: GraphBuilder, { keys }: Segment): Value {
  const zero = graph.integers([0]);
  return graph.node("Slice", [keys, zero, zero, zero]);
}

/** A loop-carried value. */
interface Carried {
  readonly name: string;
  readonly type: ElementType;
  /** Named sizes can differ between iterations; initially 0. */
  readonly shape: readonly (number | string)[];
  /** "cache": keys or values; "result": an output as it is; "state": no output. */
  readonly role: "cache" | "attention" | "result" | "state";
}

function stateName(index: number): string {
  return `state.${index}`;
}

function carriedValues(config: DecoderConfig, { sampling: { state }, flags }: LoopInputs): Carried[] {
  const rows = ["own", "heads", headSize(config)];
  const floats = (role: Carried["role"], name: string, shape: readonly (number | string)[]): Carried => ({
    name,
    type: "float32",
    shape,
    role,
  });
  return [
    { name: "ids", type: "int32", shape: ["rows"], role: "state" },
    ...state.map(({ type, shape }, i): Carried => ({ name: stateName(i), type, shape, role: "state" })),
    floats("result", "logits", ["scored", flags === undefined ? config.vocabularySize : "ids"]),
    ...Array.from({ length: config.layers }, (_, layer) => [
      floats("cache", `keys.${layer}`, rows),
      floats("cache", `values.${layer}`, rows),
      floats("attention", `attention.${layer}`, ["heads", "rows", "times"]),
    ]).flat(),
  ];
}

/** The body of the loop. */
function loopBody(outer: GraphBuilder, config: DecoderDesign, loop: LoopInputs, carried: readonly Carried[]) {
  const graph = new GraphBuilder("loop-body", outer);
  const number = graph.parameter("int64", []);
  graph.parameter("bool", []); // the condition of the loop, always true here
  const given = new Map(carried.map(({ name, type, shape }) => [name, graph.parameter(type, shape)]));
  const before = (name: string): Value => entryOf(given, name);
  const next = new Map<string, Value>();

  const ids = before("ids");
  const done = graph.node("Shape", [before("keys.0")], { start: integer(0), end: integer(1) });
  const rows = graph.node("Div", [graph.node("Shape", [ids]), loop.sequences]); // int64 [1], as all lengths
  const own = graph.node("Add", [done, rows]);
  const pastRows = graph.node("Shape", [elementAt(loop.past, 0).keys], {
    start: integer(0),
    end: integer(1),
  });
  const times = graph.node("Add", [pastRows, own]);
  const axis = { axis: integer(0) };
  const mask = graph.node("Slice", [
    loop.mask,
    graph.node("Concat", [done, graph.integers([0])], axis),
    graph.node("Concat", [own, times], axis),
    graph.integers([0, 1]),
  ]); // [rows, times]
  const ofAll = (length: Value): Value => graph.node("Mul", [length, loop.sequences]);
  const positions =
    loop.positions && graph.node("Slice", [loop.positions, ofAll(done), ofAll(own), graph.integers([0])]);

  const frame = decoderFrame(graph, config, mask, own);
  let x = embedding(graph, config, ids, positions); // [rows, width]
  for (const [layer, past] of loop.past.entries()) {
    const earlier = { keys: before(`keys.${layer}`), values: before(`values.${layer}`) };
    const block = decoderBlock(graph, config, frame, layer, x, past, earlier);
    next.set(`keys.${layer}`, block.own.keys).set(`values.${layer}`, block.own.values);
    next.set(`attention.${layer}`, block.weights);
    x = block.x;
  }
  const logits = head(graph, config, rowsFrom(graph, x, loop.logitsFrom), loop.slices, loop.flags); // [scored, vocabulary]
  next.set("logits", logits);

  const last = rowsFrom(graph, logits, loop.lastRows); // [sequences, vocabulary]
  const state = loop.sampling.state.map((_, i) => before(stateName(i)));
  const { id, isSampled, goesOn, state: after } = loop.sampling.sample(graph, last, number, state);
  const isOne = graph.node("Reshape", [isSampled, graph.integers([-1])]); // [sequences]
  const sampled = graph.node("Where", [isOne, id, graph.integers([NO_SAMPLE], "int32")]);
  next.set("ids", sampled);
  for (const [i, value] of after.entries()) next.set(stateName(i), value);

  // The loop ends if no id is allowed for a sequence, too.
  const areSampled = graph.node("ReduceMin", [isSampled], { keepdims: integer(0) });
  graph.result(graph.node("And", [areSampled, goesOn]), "bool", []);
  for (const { name, type, shape } of carried) graph.result(entryOf(next, name), type, shape);
  graph.result(graph.node("Identity", [sampled]), "int32", ["sequences"]);
  return graph.build();
}

const [INT32, INT64] = [6, 7]; // numbers in `TensorProto.DataType`
