/**
 * The ONNX graph of a decoder-only transformer: pre-norm blocks as in GPT-2 (openai/gpt-2, `src/model.py`), and learned
 * positions or relative attention as in the Music Transformer (Huang et al. 2018).
 *
 *     ids ─ embedding (+ position) ─ block × layers ─ norm ─ head ─ logits
 *     block:  x += project(attention(norm(x)));  x += shrink(activate(grow(norm(x))))
 *
 * Inputs and outputs, float32 unless stated; the sizes that are not in the config are free; positions = past + rows:
 *
 *     in   ids            int32 [rows]                     the new ids, at least one
 *          mask           [rows, positions]                added to the scores: 0 or −∞
 *          logits_from    int32 [1]                        the first row to compute logits for; −1: the last
 *          positions      int32 [rows]                     learned positions only
 *          past_keys.i    [past, heads, headSize]          the cache of layer i; past ≥ 1, because FusedMatMul
 *          past_values.i  [past, heads, headSize]          crashes on an empty tensor: mask a row of zeros
 *          head_slices    int32 [slices]                   a head of several slices only: 1 for each slice to compute
 *     out  logits         [rows − logits_from, vocabularySize], or the columns of these slices
 *          keys_values    [2 · layers · rows, heads, headSize]  to append to the cache: keys of layer 0, values of
 *                                                          layer 0, keys of layer 1, …
 *          attention.i    [heads, 1, positions]            the attention weights of the last row in layer i
 *
 * With the option `layers`, of the rows from logits_from on, which must be one row:
 *
 *     out  logits         [layers + 1, vocabularySize]     norm and head of the stream after the embedding and after each layer
 *          stream         [2 · layers + 1, width]          the embedding; what attention and what the feed-forward network
 *                                                          of layer 0 added to it; the same of layer 1, …
 *
 * Further inputs are the weights, in the layout of `graphWeights`.
 *
 * If `isHeadsFirst`, the past is [heads, past, headSize]. Its first rows are the cached ones, and the mask hides those after them.
 *
 * In int8 in Node, rows have the same bits in any run (`exact-attention.ts`). There the axis `heads` is three: 1, sequences, and heads of one
 * sequence. The past ends with a whole group of four rows, the mask has spare positions after the past and at its end, the attention weights
 * are those of all rows, and there are three more inputs:
 *
 *     in   recent         [2 · layers · recent, 1, sequences, heads, headSize]  the cached rows after the past, layer by layer
 *          padding        [products, sequences, heads, rows, spare]  zeros: scores of the spare positions after the past
 *          sizes          int32                            as `exactSizes` returns them
 *
 * A batch of sequences of equal length is more rows and more heads. Ids, positions and rows of logits are ordered by
 * position, and by sequence within a position; `heads` counts the heads of all sequences, one sequence after another. The
 * mask is the same for all sequences, `[rows of one sequence, positions]`.
 */
import { activate } from "./activation.ts";
import {
  attention,
  type AttentionFrame,
  declarePast,
  joinHeads,
  lastRow,
  type RelativeTerm,
  scaledQueries,
  type Segment,
  skewFrame,
  type SkewFrame,
  splitHeads,
} from "./attention.ts";
import { exactAttention, type ExactFrame, exactFrame } from "./exact-attention.ts";
import { type DecoderConfig, headSize, scoreScale } from "../checkpoint/index.ts";
import { float, GraphBuilder, type GraphWeight, integer, type Locate, type Value } from "./graph-builder.ts";
import { declareSlices, type HeadSlices, sliceHead, slicedProduct } from "./head.ts";
import { matrixProduct, embeddingProduct, embeddingRows } from "./matrix.ts";
import { encodeModel } from "./onnx.ts";
import { isHeadsFirst, SCHEMES, type QuantizationScheme } from "./quantization-scheme.ts";

/** The graph of a decoder for ONNX Runtime, and the weights that its session needs. */
export interface DecoderGraph {
  /** An `.onnx` file without its weights. */
  readonly bytes: Uint8Array;
  /** The weights that the graph reads as external data. */
  readonly weights: readonly GraphWeight[];
}

/** Quantization and location of the weights. `graphWeights` must be called with the same scheme. */
export interface GraphOptions {
  /** Quantization of the matrices. Default: float32. */
  readonly scheme?: QuantizationScheme;
  /** File and offset of each weight. Default: the session receives the weights by name. */
  readonly locate?: Locate;
  /** Numbers of rows of the slices of the head, which a run can leave out: see `sliceHead`. Default: the head has no slices. */
  readonly headSlices?: readonly number[];
  /** Whether to return the stream after each layer, and its logits. The head then has no slices. Default false. */
  readonly layers?: boolean;
}

/** A decoder's config and quantization scheme. */
export interface DecoderDesign extends DecoderConfig {
  readonly scheme: QuantizationScheme;
}

/** Sizes and mask, which all blocks share; with relative positions, also the skew. */
export type DecoderFrame =
  | { readonly shared: AttentionFrame; readonly skew?: SkewFrame }
  /** In a scheme whose rows have the same bits in any run. */
  | { readonly exact: ExactFrame };

/** Builds the ONNX graph of a decoder, without its weights. */
export function decoderGraph(
  decoder: DecoderConfig,
  { scheme = SCHEMES.fp32.node, locate, headSlices = [], layers: withLayers = false }: GraphOptions = {},
): DecoderGraph {
  const config: DecoderDesign = { ...decoder, scheme };
  const graph = new GraphBuilder("decoder", undefined, locate);
  const slices = sliceHead(withLayers ? [] : headSlices, config.vocabularySize);
  const { heads, layers } = config;
  const { isExact, fullTierThreshold } = scheme;

  const ids = graph.input("ids", "int32", ["rows"]);
  const mask = graph.input(
    "mask",
    "float32",
    isExact ? ["products", 1, 1, "own", "times"] : ["own", "times"],
  );
  const positions =
    config.position.kind === "learned" ? graph.input("positions", "int32", ["rows"]) : undefined;
  const logitsFrom = graph.input("logits_from", "int32", [1]);
  const flags = declareSlices(graph, slices);
  const order = isHeadsFirst(config, scheme) ? "heads first" : "time first";
  const past = declarePast(
    graph,
    layers,
    isExact ? [1, "sequences", heads] : ["heads"],
    headSize(config),
    order,
  );

  const frame = isExact
    ? { exact: exactFrame(graph, config, mask, fullTierThreshold) }
    : decoderFrame(graph, config, mask);
  const added: Value[] = [];
  let x = embedding(graph, config, ids, positions); // [rows, width]
  const [streams, parts] = [[x], [x]];
  for (const [layer, cached] of past.entries()) {
    const block = decoderBlock(graph, config, frame, layer, x, cached);
    added.push(block.own.keys, block.own.values);
    const name = `attention.${layer}`;
    if (isExact)
      graph.output(name, block.weights, "float32", ["products", "sequences", heads, "own", "times"]);
    else graph.output(name, lastRow(graph, block.weights), "float32", ["heads", 1, "times"]);
    x = block.x; // [rows, width]
    streams.push(x);
    parts.push(...block.parts);
  }
  cacheOutput(graph, config, added);
  const scored = (values: readonly Value[]): Value[] =>
    values.map((each) => rowsFrom(graph, each, logitsFrom));
  const concat = (values: readonly Value[]): Value => graph.node("Concat", values, { axis: integer(0) });
  if (withLayers) graph.output("stream", concat(scored(parts)), "float32", ["parts", config.width]);
  const rows = withLayers ? concat(scored(streams)) : rowsFrom(graph, x, logitsFrom);
  const logits = head(graph, config, rows, slices, flags);
  graph.output("logits", logits, "float32", ["scored", flags === undefined ? config.vocabularySize : "ids"]);

  return { bytes: encodeModel({ graph: graph.build(), opsets: OPSETS }), weights: graph.weights };
}

/**
 * Declares the output `keys_values`. One output for all layers is up to 5 % faster than one each. One input is slower: its
 * parts would be copied.
 *
 * @param added keys of layer 0, its values, keys of layer 1, …, `[rows, heads, headSize]` each.
 */
export function cacheOutput(graph: GraphBuilder, config: DecoderDesign, added: readonly Value[]): void {
  const all = graph.node("Concat", added, { axis: integer(0) });
  const { heads, scheme } = config;
  const row = scheme.isExact ? [1, "sequences", heads] : ["heads"];
  graph.output("keys_values", all, "float32", ["added", ...row, headSize(config)]);
}

/** The operator sets of decoder graphs. */
export const OPSETS = { "": 21, "com.microsoft": 1 };

/** Token embeddings, plus position embeddings if positions are learned.  # [rows, width] */
export function embedding(graph: GraphBuilder, config: DecoderDesign, ids: Value, positions?: Value): Value {
  const tokens = embeddingRows(
    graph,
    config.scheme,
    "wte.weight",
    [config.vocabularySize, config.width],
    ids,
  );
  if (positions === undefined) return tokens;
  const vectors = graph.weight("wpe.weight", [config.window, config.width]);
  return graph.node("Add", [tokens, graph.node("Gather", [vectors, positions])]);
}

/**
 * One block. A row attends to the cache, to earlier rows of this run, and to the rows of `x` up to its own.
 *
 * @param before keys and values of the earlier rows of this run. Default: none.
 * @returns the residual stream after the block, `[rows, width]`; the keys and values of all rows of this run; the attention
 * weights, `[heads, rows, positions]`; what attention and the feed-forward network added to the stream.
 */
export function decoderBlock(
  graph: GraphBuilder,
  config: DecoderDesign,
  frame: DecoderFrame,
  layer: number,
  x: Value, // [rows, width]
  past: Segment,
  before?: Segment,
): {
  readonly x: Value;
  readonly own: Segment;
  readonly weights: Value;
  readonly parts: readonly [attention: Value, feedForward: Value]; // [rows, width] each
} {
  const { width, feedForward, scheme } = config;
  const at = `h.${layer}`;

  const normed = norm(graph, config, `${at}.ln_1`, x);
  const qkv = linear(graph, scheme, `${at}.attn.c_attn`, width, 3 * width, normed); // [rows, 3 · width]
  const { attended, weights, own } =
    "exact" in frame
      ? exactAttention(
          graph,
          config,
          frame.exact,
          layer,
          qkv,
          past,
          relativeTerm(graph, config, layer, frame.exact.skew),
        )
      : attentionOfRows(graph, config, frame, layer, qkv, past, before);
  const projected = linear(graph, scheme, `${at}.attn.c_proj`, width, width, attended);
  const between = graph.node("Add", [x, projected]); // [rows, width]

  const again = norm(graph, config, `${at}.ln_2`, between);
  const grown = linear(graph, scheme, `${at}.mlp.c_fc`, width, feedForward, again);
  const { activation = "tanh_gelu" } = config;
  const activated = activate(graph, activation, grown, `${at}.mlp.act.weight`); // [rows, feedForward]
  const shrunk = linear(graph, scheme, `${at}.mlp.c_proj`, feedForward, width, activated);
  return { x: graph.node("Add", [between, shrunk]), own, weights, parts: [projected, shrunk] };
}

/** Attention of rows of queries, keys and values. @param before as of `decoderBlock`. */
function attentionOfRows(
  graph: GraphBuilder,
  config: DecoderConfig,
  { shared, skew }: Extract<DecoderFrame, { readonly shared: AttentionFrame }>,
  layer: number,
  qkv: Value, // [rows, 3 · width]
  past: Segment,
  before?: Segment,
): { readonly attended: Value; readonly weights: Value; readonly own: Segment } {
  const [q = "", k = "", v = ""] = graph.nodes("Split", [qkv], 3, {
    axis: integer(1),
    num_outputs: integer(3),
  }); // [rows, width] each
  const queries = splitHeads(graph, shared, scaledQueries(graph, scoreScale(config, layer), q)); // [rows, heads, headSize]
  const keys = splitHeads(graph, shared, k);
  const values = splitHeads(graph, shared, v);
  const own = before ? joined(graph, before, { keys, values }) : { keys, values };
  const relative = relativeTerm(graph, config, layer, skew);
  const { attended, weights } = attention(graph, shared, queries, [past, own], relative);
  return { attended: joinHeads(graph, shared, attended), weights, own };
}

/** Concatenates two segments. */
function joined(graph: GraphBuilder, first: Segment, second: Segment): Segment {
  const concat = (a: Value, b: Value): Value => graph.node("Concat", [a, b], { axis: integer(0) });
  return { keys: concat(first.keys, second.keys), values: concat(first.values, second.values) };
}

/** The rows from index `from` on; −1 is the last row.  # [rows − from, width] */
export function rowsFrom(graph: GraphBuilder, x: Value, from: Value): Value {
  const [end, axis] = [graph.integers([2 ** 31 - 1], "int32"), graph.integers([0], "int32")];
  return graph.node("Slice", [x, from, end, axis]);
}

/**
 * Final norm and output layer: logits of the residual stream.
 *
 * @param flags as `declareSlices` returns them.
 * @returns `[rows, vocabularySize]`, or the columns of the slices whose flag is 1.
 */
export function head(
  graph: GraphBuilder,
  config: DecoderDesign,
  x: Value,
  slices: HeadSlices,
  flags: Value | undefined,
): Value {
  const { vocabularySize, width, scheme, tiedHead } = config;
  const normed = norm(graph, config, "ln_f", x);
  const table = tiedHead ? "wte.weight" : "lm_head.weight";
  if (flags !== undefined) return slicedProduct(graph, config, table, normed, slices, flags);
  return embeddingProduct(graph, scheme, table, [vocabularySize, width], normed);
}

/** Sizes that all blocks share. @param own number of rows of this run, earlier ones included. Default: the rows of `mask`. */
export function decoderFrame(
  graph: GraphBuilder,
  config: DecoderDesign,
  mask: Value, // [rows, positions]
  own?: Value, // int64 [1]
): DecoderFrame {
  const rows = graph.node("Shape", [mask], { start: integer(0), end: integer(1) }); // int64 [1]
  const times = graph.node("Shape", [mask], { start: integer(1) }); // int64 [1]
  const ownRows = own ?? rows;
  const axis = { axis: integer(0) };
  const lengths = graph.node("Concat", [graph.node("Sub", [times, ownRows]), ownRows], axis);
  const split = graph.node("Concat", [rows, graph.integers([-1, headSize(config)])], axis);
  const { heads, scheme } = config;
  const shared = { heads, headSize: headSize(config), fused: scheme.fused, split, lengths, mask };
  if (config.position.kind === "learned") return { shared };
  const { maxDistance } = config.position;
  return {
    shared,
    skew: skewFrame(graph, { heads, maxDistance, rows, times, fullTierThreshold: scheme.fullTierThreshold }),
  };
}

/** A layer's relative position vectors; undefined if positions are learned. */
function relativeTerm(
  graph: GraphBuilder,
  config: DecoderConfig,
  layer: number,
  skew: SkewFrame | undefined,
): RelativeTerm | undefined {
  if (config.position.kind === "learned" || !skew) return undefined;
  const { maxDistance, sharedHeads } = config.position;
  const shape = [sharedHeads ? 1 : config.heads, maxDistance, headSize(config)];
  return { vectors: graph.weight(`h.${layer}.attn.relative.weight`, shape), shared: sharedHeads, skew };
}

/** (x − mean) / √(variance + ε) · weight + bias, over the width. */
function norm(graph: GraphBuilder, config: DecoderConfig, name: string, x: Value): Value {
  const weight = graph.weight(`${name}.weight`, [config.width]);
  const bias = graph.weight(`${name}.bias`, [config.width]);
  return graph.node("LayerNormalization", [x, weight, bias], { epsilon: float(config.normEpsilon) });
}

/** x·W + b; W is `[in, out]`, as in GPT-2's checkpoints. */
function linear(
  graph: GraphBuilder,
  scheme: QuantizationScheme,
  name: string,
  inputs: number,
  outputs: number,
  x: Value,
): Value {
  const bias = graph.weight(`${name}.bias`, [outputs]);
  return matrixProduct(graph, scheme, `${name}.weight`, [inputs, outputs], x, bias);
}
