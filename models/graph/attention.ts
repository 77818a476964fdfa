/**
 * Causal self-attention over keys and values in several segments: the cache, and the rows of this run. `FusedMatMul` reads the
 * heads in place; only the scores are concatenated. The rows of a run are `[positions, heads, headSize]`. A cache in the same order can pass
 * a view of its rows; one with the heads first is read in the order of its memory, unused rows after those of each head included.
 *
 *     weights = softmax(scale · q·kᵀ + scale · skew(q·Eᵀ) + mask),   scale: see `scoreScale`
 *     result  = weights · v
 *
 * A batch of sequences of equal length is folded into the head dimension: the heads of one sequence after those of another.
 * In shapes of graph values, `heads` is the number of heads of all sequences.
 *
 * Sources: Vaswani et al. 2017; Huang et al. 2018, "Music Transformer", section 3.4 (the relative term).
 */
import { elementAt } from "../element-at.ts";
import { type GraphBuilder, integer, integers, type Value } from "./graph-builder.ts";

/** Keys and values of consecutive positions. */
export interface Segment {
  readonly keys: Value; // [positions, heads, headSize]
  readonly values: Value; // [positions, heads, headSize]
  /** Default: as above; "heads first": `[heads, positions, headSize]`. */
  readonly order?: AxisOrder;
}

export type AxisOrder = "time first" | "heads first";

/** Sizes and the mask, which all layers share: computed once per run. */
export interface AttentionFrame {
  /** Heads of one sequence. */
  readonly heads: number;
  readonly headSize: number;
  /** Whether to use FusedMatMul, an operator of ONNX Runtime, or MatMul of transposed copies. */
  readonly fused: boolean;
  /** The shape of queries, keys and values of this run. */
  readonly split: Value; // int64 [3]: rows, all heads, headSize
  /** Number of positions in each segment. */
  readonly lengths: Value; // int64 [segments]
  /** Added to the scores: 0 for visible positions, −∞ for others. */
  readonly mask: Value; // [rows, positions]
}

/** Relative position vectors of one layer. */
export interface RelativeTerm {
  /** By distance in descending order, the last of distance 0. */
  readonly vectors: Value; // [heads of one sequence, or 1 if shared; maxDistance; headSize]
  readonly shared: boolean;
  readonly skew: SkewFrame;
}

/** Sizes for `relativeScores`, which all layers share: computed once per run. */
export interface SkewFrame {
  readonly maxDistance: number;
  readonly nearest: Value; // int64 [1]: −positions
  /** Parts of the vectors that are scored as a whole, the smallest first; unneeded scores are dropped. */
  readonly tiers: readonly SkewTier[];
  readonly pads: Value; // int64 [6]
  readonly apart: Value; // int64 [4]: heads of one sequence, rows, sequences, positions + 1
  readonly flat: Value; // int64 [2]: heads, rows · (positions + 1)
  readonly from: Value; // int64 [1]: rows − 1
  readonly to: Value; // int64 [1]: rows − 1 + rows · positions
  readonly square: Value; // int64 [3]: heads, rows, positions
}

/** The vectors of the nearest `distances` distances. */
interface SkewTier {
  readonly distances: number;
  /** Whether to score the whole tier: see `QuantizationScheme.fullTierThreshold`. */
  readonly isWorth: Value; // bool [1]
}

/**
 * Attention of the new rows.
 *
 * @param queries `[rows, heads, headSize]`, scaled, of the last `rows` positions of the last segment.
 * @returns the weighted sums of the values, and the weights.
 */
export function attention(
  graph: GraphBuilder,
  frame: AttentionFrame,
  queries: Value,
  segments: readonly Segment[],
  relative?: RelativeTerm,
): {
  readonly attended: Value; // [heads, rows, headSize]
  readonly weights: Value; // [heads, rows, positions]
} {
  const scores = graph.node(
    "Concat",
    segments.map(({ keys, order }) => queryScores(graph, frame, queries, keys, order)), // [heads, rows, positions of the segment] each
    { axis: integer(2) },
  ); // [heads, rows, positions]
  const positioned = relative
    ? graph.node("Add", [scores, relativeScores(graph, frame, queries, relative)])
    : scores;
  const masked = graph.node("Add", [positioned, frame.mask]);
  const weights = graph.node("Softmax", [masked], { axis: integer(-1) }); // [heads, rows, positions]
  const parts = graph.nodes("Split", [weights, frame.lengths], segments.length, { axis: integer(2) });
  const attended = segments
    .map(({ values, order }, i) => weightedSum(graph, frame, elementAt(parts, i), values, order))
    .reduce((sum, part) => graph.node("Add", [sum, part])); // [heads, rows, headSize]
  return { attended, weights };
}

/**
 * q·kᵀ for every head; fused, without transposed copies.  # [heads, rows, positions]
 *
 * @param order of the axes of `keys`: `[positions, heads, headSize]`, or `[heads, positions, headSize]`.
 */
function queryScores(
  graph: GraphBuilder,
  frame: AttentionFrame,
  queries: Value,
  keys: Value,
  order: AxisOrder = "time first",
): Value {
  if (!frame.fused) {
    const q = graph.node("Transpose", [queries], { perm: integers([1, 0, 2]) }); // [heads, rows, headSize]
    const perm = integers(order === "time first" ? [1, 2, 0] : [0, 2, 1]);
    const k = graph.node("Transpose", [keys], { perm }); // [heads, headSize, positions]
    return graph.node("MatMul", [q, k]);
  }
  return graph.microsoft("FusedMatMul", [queries, keys], {
    transBatchA: integer(1),
    transBatchB: integer(order === "time first" ? 1 : 0),
    transB: integer(1),
  });
}

/** weights · v for every head.  # [heads, rows, headSize] */
function weightedSum(
  graph: GraphBuilder,
  frame: AttentionFrame,
  weights: Value,
  values: Value,
  order: AxisOrder = "time first",
): Value {
  if (order === "heads first") return graph.node("MatMul", [weights, values]);
  if (frame.fused) return graph.microsoft("FusedMatMul", [weights, values], { transBatchB: integer(1) });
  const v = graph.node("Transpose", [values], { perm: integers([1, 0, 2]) }); // [heads, positions, headSize]
  return graph.node("MatMul", [weights, v]);
}

/**
 * skew(q·Eᵀ): scores by distance, rearranged to scores by position.  # [heads, rows, positions]
 *
 * Only the vectors of distances that occur are used, the last `positions` of them. If there are fewer, zeros are prepended:
 * positions further back than `maxDistance` get 0.
 *
 * The skew (Huang et al. 2018, section 3.4.1): row r is at position (positions − rows + r), and the last column is distance
 * 0, so its entries move left by rows − 1 − r. Reshaping a matrix of `positions + 1` columns to `positions` columns shifts
 * each row by one more than the row above it. The entries that enter from the right are later positions, which the mask
 * hides. A single row is not shifted.
 *
 * Each head has its own vectors, the same for all sequences. So a head scores the rows of all sequences together, and then
 * the sequences are separated.
 */
function relativeScores(
  graph: GraphBuilder,
  frame: AttentionFrame,
  queries: Value,
  relative: RelativeTerm,
): Value {
  const { vectors, skew } = relative;
  const ownQueries = relative.shared
    ? queries
    : graph.node("Reshape", [queries, graph.integers([-1, frame.heads, frame.headSize])]); // [rows · sequences, …]
  const score = (inner: GraphBuilder, scored: Value): Value =>
    queryScores(inner, frame, ownQueries, scored, "heads first");
  // MatMul copies the vectors in any case.
  const tiers = frame.fused ? skew.tiers : [];
  const sizes = ["asking", "asked", "distances"];
  const byDistance = nearScores(graph, score, vectors, { ...skew, tiers }, sizes); // [heads, rows, distances]; unless shared, [heads of one sequence, rows · sequences, distances]
  const padded = graph.node("Pad", [byDistance, skew.pads]); // [heads, rows, positions + 1]
  const positioned = relative.shared
    ? padded
    : graph.node("Transpose", [graph.node("Reshape", [padded, skew.apart])], {
        perm: integers([2, 0, 1, 3]),
      }); // [sequences, heads of one sequence, rows, positions + 1]
  const flat = graph.node("Reshape", [positioned, skew.flat]); // [heads, rows · (positions + 1)]
  const skewed = graph.node("Slice", [flat, skew.from, skew.to, graph.integers([1])]);
  return graph.node("Reshape", [skewed, skew.square]);
}

/**
 * q·Eᵀ for the distances that occur, the last `positions` of them.  # `sizes`
 *
 * Slicing their vectors copies them; scoring all vectors of the smallest sufficient tier and dropping scores can be faster.
 * ONNX Runtime slices the tiers when the session is created, so they cost memory and no time.
 *
 * @param score scores some of the vectors.
 * @param sizes names of the sizes of the result.
 */
export function nearScores(
  graph: GraphBuilder,
  score: (inner: GraphBuilder, vectors: Value) => Value,
  vectors: Value,
  { nearest, maxDistance, tiers }: Pick<SkewFrame, "nearest" | "maxDistance" | "tiers">,
  sizes: readonly string[],
): Value {
  const last = (inner: GraphBuilder, values: Value, from: Value, axis: number): Value =>
    inner.node("Slice", [values, from, inner.integers([END]), inner.integers([axis])]);
  const ofNear = (inner: GraphBuilder): Value => score(inner, last(inner, vectors, nearest, 1));
  return tiers.reduce<(inner: GraphBuilder) => Value>((smaller, { distances, isWorth }) => {
    const tier = distances === maxDistance ? vectors : last(graph, vectors, graph.integers([-distances]), 1);
    const ofTier = (inner: GraphBuilder): Value => last(inner, score(inner, tier), nearest, -1);
    return (inner) => inner.branch(isWorth, "float32", sizes, ofTier, smaller);
  }, ofNear)(graph);
}

/**
 * Declares the cache of each layer as inputs of the graph.
 *
 * @param heads its axes of heads: one of all sequences, or several.
 */
export function declarePast(
  graph: GraphBuilder,
  layers: number,
  heads: readonly (number | string)[],
  size: number,
  order: AxisOrder,
): readonly Segment[] {
  const shape = order === "time first" ? ["past", ...heads, size] : [...heads, "past", size];
  return Array.from({ length: layers }, (_, layer) => ({
    keys: graph.input(`past_keys.${layer}`, "float32", shape),
    values: graph.input(`past_values.${layer}`, "float32", shape),
    order,
  }));
}

/** The last row of `[heads, rows, positions]`.  # [heads, 1, positions] */
export function lastRow(graph: GraphBuilder, weights: Value): Value {
  return graph.node("Slice", [weights, graph.integers([-1]), graph.integers([END]), graph.integers([1])]);
}

/** End of a slice without limit. */
const END = 2 ** 31 - 1;

/** Computes the sizes of the skew from those of the run. */
export function skewFrame(
  graph: GraphBuilder,
  sizes: {
    readonly heads: number;
    readonly maxDistance: number;
    readonly fullTierThreshold: number;
    readonly rows: Value;
    readonly times: Value;
  },
): SkewFrame {
  const { rows, times } = sizes; // int64 [1] each
  const one = graph.integers([1]);
  const rest = graph.integers([-1]);
  const concat = (values: Value[]): Value => graph.node("Concat", values, { axis: integer(0) });
  const further = graph.node("Sub", [times, graph.integers([sizes.maxDistance])]);
  const left = graph.node("Max", [further, graph.integers([0])]);
  const from = graph.node("Sub", [rows, one]);
  const area = graph.node("Mul", [rows, times]);
  return {
    maxDistance: sizes.maxDistance,
    nearest: graph.node("Neg", [times]),
    tiers: skewTiers(graph, sizes),
    pads: concat([graph.integers([0, 0]), left, graph.integers([0, 0]), one]),
    apart: concat([graph.integers([sizes.heads]), rows, rest, graph.node("Add", [times, one])]),
    flat: concat([rest, graph.node("Add", [area, rows])]),
    from,
    to: graph.node("Add", [from, area]),
    square: concat([rest, rows, times]),
  };
}

/** A quarter, half and all of the vectors; a tier is scored if the next smaller one does not suffice. */
function skewTiers(
  graph: GraphBuilder,
  { maxDistance, fullTierThreshold, times }: Parameters<typeof skewFrame>[1],
): readonly SkewTier[] {
  const sizes = [4, 2, 1].map((part) => Math.ceil(maxDistance / part));
  return sizes.map((distances, i) => {
    const from = sizes[i - 1] ?? Math.floor(distances * fullTierThreshold);
    return { distances, isWorth: graph.node("Greater", [times, graph.integers([from])]) };
  });
}

/**
 * scale · q.  # [rows · sequences, width]
 *
 * A separate node, because FusedMatMul has a faster kernel for one row without scale. Before `splitHeads`, because ONNX
 * Runtime would fuse it into a directly following product.
 */
export function scaledQueries(graph: GraphBuilder, scale: number, rows: Value): Value {
  return graph.node("Mul", [rows, graph.floats([scale])]);
}

/** `[rows · sequences, width]` to `[rows, heads, headSize]`; the sequences alternate within each row. */
export function splitHeads(graph: GraphBuilder, frame: AttentionFrame, rows: Value): Value {
  return graph.node("Reshape", [rows, frame.split]);
}

/** `[heads, rows, headSize]` to `[rows · sequences, width]`. */
export function joinHeads(graph: GraphBuilder, frame: AttentionFrame, heads: Value): Value {
  const rows = graph.node("Transpose", [heads], { perm: integers([1, 0, 2]) });
  return graph.node("Reshape", [rows, graph.integers([-1, frame.heads * frame.headSize])]);
}
