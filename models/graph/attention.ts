/**
 * Causal self-attention over keys and values that lie in several pieces: the cache, and the rows that are being
 * computed. Keys and values are time-major, `[time, heads, headSize]`, so the caller appends rows to its cache and
 * passes a view of it; `FusedMatMul` reads the heads in place, and only the scores are ever joined.
 *
 *     weights = softmax(scale · q·kᵀ + scale · skew(q·Eᵀ) + mask),   scale: see `scoreScale`
 *     result  = weights · v
 *
 * Several sequences of equal length may run side by side: their heads lie one sequence after the other, so to most of this
 * they are one sequence of more heads. Where `heads` stands in the shape of a flowing value, it is those of all sequences.
 *
 * Sources: Vaswani et al. 2017; Huang et al. 2018, "Music Transformer", section 3.4 (the relative term).
 */
import { elementAt } from "../element-at.ts";
import { type GraphBuilder, integer, integers, type Value } from "./graph-builder.ts";

/** Keys and values of some consecutive times. */
export interface Segment {
  readonly keys: Value; // [time, heads, headSize]
  readonly values: Value; // [time, heads, headSize]
}

/** What all layers share: sizes and the mask, computed once per run. */
export interface AttentionFrame {
  /** Of one sequence. */
  readonly heads: number;
  readonly headSize: number;
  /** Whether to use FusedMatMul, ONNX Runtime's own, or plain products of transposed copies. */
  readonly fused: boolean;
  /** The shape of queries, keys and values. */
  readonly split: Value; // int64 [3]: rows, all heads, headSize
  /** Times in each segment. */
  readonly lengths: Value; // int64 [segments]
  /** Added to the scores: 0 where a row may see a time, −∞ where not. */
  readonly mask: Value; // [rows, times]
}

/** The relative term of one layer. */
export interface RelativeTerm {
  /** By distance, the last being distance 0; one head where the heads share them. */
  readonly vectors: Value; // [heads of one sequence or 1, maxDistance, headSize]
  readonly shared: boolean;
  readonly skew: SkewFrame;
}

/** Sizes for `relativeScores`, which all layers share: computed once per run by `skewFrame`. */
export interface SkewFrame {
  readonly maxDistance: number;
  readonly nearest: Value; // int64 [1]: −times
  /** The parts of the vectors that are scored as they lie, of which the rest is thrown away; the smallest first. */
  readonly tiers: readonly SkewTier[];
  readonly pads: Value; // int64 [6]
  readonly apart: Value; // int64 [4]: heads of one sequence, rows, sequences, times + 1
  readonly flat: Value; // int64 [2]: heads, rows · (times + 1)
  readonly from: Value; // int64 [1]: rows − 1
  readonly to: Value; // int64 [1]: rows − 1 + rows · times
  readonly square: Value; // int64 [3]: heads, rows, times
}

/** The last so many of the vectors by distance. */
interface SkewTier {
  readonly distances: number;
  /** Whether this tier is scored whole: see `QuantizationScheme.fullTierThreshold`. */
  readonly isWorth: Value; // bool [1]
}

/**
 * @param queries `[rows, heads, headSize]`, scaled, of the last `rows` times of the last segment.
 * @returns what the rows gather, and the weights by which they do.
 */
export function attention(
  graph: GraphBuilder,
  frame: AttentionFrame,
  queries: Value,
  segments: readonly Segment[],
  relative?: RelativeTerm,
): {
  readonly attended: Value; // [heads, rows, headSize]
  readonly weights: Value; // [heads, rows, times]
} {
  const scores = graph.node(
    "Concat",
    segments.map(({ keys }) => queryScores(graph, frame, queries, keys)), // [heads, rows, time] each
    { axis: integer(2) },
  ); // [heads, rows, times]
  const placed = relative
    ? graph.node("Add", [scores, relativeScores(graph, frame, queries, relative)])
    : scores;
  const masked = graph.node("Add", [placed, frame.mask]);
  const weights = graph.node("Softmax", [masked], { axis: integer(-1) }); // [heads, rows, times]
  const parts = graph.nodes("Split", [weights, frame.lengths], segments.length, { axis: integer(2) });
  const attended = segments
    .map(({ values }, i) => weightedSum(graph, frame, elementAt(parts, i), values))
    .reduce((sum, part) => graph.node("Add", [sum, part])); // [heads, rows, headSize]
  return { attended, weights };
}

/**
 * q·kᵀ for every head, fused without moving either.  # [heads, rows, time]
 *
 * @param order of `keys`: `[time, heads, headSize]`, or `[heads, time, headSize]`.
 */
function queryScores(
  graph: GraphBuilder,
  frame: AttentionFrame,
  queries: Value,
  keys: Value,
  order: "time first" | "heads first" = "time first",
): Value {
  if (!frame.fused) {
    const q = graph.node("Transpose", [queries], { perm: integers([1, 0, 2]) }); // [heads, rows, headSize]
    const perm = integers(order === "time first" ? [1, 2, 0] : [0, 2, 1]);
    const k = graph.node("Transpose", [keys], { perm }); // [heads, headSize, time]
    return graph.node("MatMul", [q, k]);
  }
  return graph.microsoft("FusedMatMul", [queries, keys], {
    transBatchA: integer(1),
    transBatchB: integer(order === "time first" ? 1 : 0),
    transB: integer(1),
  });
}

/** weights · v for every head.  # [heads, rows, headSize] */
function weightedSum(graph: GraphBuilder, frame: AttentionFrame, weights: Value, values: Value): Value {
  if (frame.fused) return graph.microsoft("FusedMatMul", [weights, values], { transBatchB: integer(1) });
  const v = graph.node("Transpose", [values], { perm: integers([1, 0, 2]) }); // [heads, time, headSize]
  return graph.node("MatMul", [weights, v]);
}

/**
 * q·Eᵀ, brought from "column = distance" to "column = time".  # [heads, rows, times]
 *
 * Only the vectors of distances that occur are taken, the last `times` of them. Where there are fewer, zeros stand in
 * front: what is further back than `maxDistance` gets nothing added.
 *
 * Then the skew. Row r stands at time (times − rows + r), and distances run down to 0 at the right end, so its entries
 * have to move left by rows − 1 − r. Reading a matrix of `times + 1` columns as one of `times` columns moves every row
 * by one more than the row above it. What enters from the right are times to come, which the mask hides. A single row
 * stays where it is.
 *
 * Each head has vectors of its own, but all sequences the same: so a head scores the rows of all sequences together, and
 * then they are parted. Of one sequence nothing changes its place.
 */
function relativeScores(
  graph: GraphBuilder,
  frame: AttentionFrame,
  queries: Value,
  relative: RelativeTerm,
): Value {
  const { vectors, skew } = relative;
  const asked = relative.shared
    ? queries
    : graph.node("Reshape", [queries, graph.integers([-1, frame.heads, frame.headSize])]); // [rows · sequences, …]
  const byDistance = nearScores(graph, frame, asked, vectors, skew); // [heads, rows, distances], or by sequence too
  const padded = graph.node("Pad", [byDistance, skew.pads]); // [heads, rows, times + 1]
  const placed = relative.shared
    ? padded
    : graph.node("Transpose", [graph.node("Reshape", [padded, skew.apart])], {
        perm: integers([2, 0, 1, 3]),
      }); // [sequences, heads of one, rows, times + 1]
  const flat = graph.node("Reshape", [placed, skew.flat]); // [heads, rows · (times + 1)]
  const moved = graph.node("Slice", [flat, skew.from, skew.to, graph.integers([1])]);
  return graph.node("Reshape", [moved, skew.square]);
}

/**
 * q·Eᵀ for the distances that occur, the last `times` of them. To take their vectors means copying them; it is quicker to
 * score all vectors of the tier that holds them and to drop scores. The tiers are cut by ONNX Runtime when the session is
 * made, so they cost memory and no time.  # [heads, rows, distances]
 */
function nearScores(
  graph: GraphBuilder,
  frame: AttentionFrame,
  queries: Value,
  vectors: Value,
  { nearest, maxDistance, tiers }: SkewFrame,
): Value {
  const last = (inner: GraphBuilder, values: Value, from: Value, axis: number): Value =>
    inner.node("Slice", [values, from, inner.integers([END]), inner.integers([axis])]);
  const score = (inner: GraphBuilder, scored: Value): Value =>
    queryScores(inner, frame, queries, scored, "heads first");
  const ofNear = (inner: GraphBuilder): Value => score(inner, last(inner, vectors, nearest, 1));
  // Without FusedMatMul the vectors are copied in any case.
  if (!frame.fused) return ofNear(graph);
  return tiers.reduce<(inner: GraphBuilder) => Value>((smaller, { distances, isWorth }) => {
    const tier = distances === maxDistance ? vectors : last(graph, vectors, graph.integers([-distances]), 1);
    const ofTier = (inner: GraphBuilder): Value => last(inner, score(inner, tier), nearest, 2);
    return (inner) => inner.branch(isWorth, "float32", ["asking", "asked", "distances"], ofTier, smaller);
  }, ofNear)(graph);
}

/** Of `[heads, rows, times]` the last row.  # [heads, 1, times] */
export function lastRow(graph: GraphBuilder, weights: Value): Value {
  return graph.node("Slice", [weights, graph.integers([-1]), graph.integers([END]), graph.integers([1])]);
}

/** As the end of a slice: as far as there is. */
const END = 2 ** 31 - 1;

/** The sizes of the skew, from those of the run. */
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

/** A quarter of the vectors, half of them, all; a tier is worth scoring where the next smaller is too small. */
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
 * scale · q. Not left to the products, which take a faster kernel for one row where there is nothing to scale; and before
 * `splitHeads`, since ONNX Runtime would put it into a product that comes next.  # [rows · sequences, width]
 */
export function scaledQueries(graph: GraphBuilder, scale: number, rows: Value): Value {
  return graph.node("Mul", [rows, graph.floats([scale])]);
}

/** `[rows · sequences, width]` to `[rows, heads, headSize]`: row by row, in each the sequences one after the other. */
export function splitHeads(graph: GraphBuilder, frame: AttentionFrame, rows: Value): Value {
  return graph.node("Reshape", [rows, frame.split]);
}

/** `[heads, rows, headSize]` to `[rows · sequences, width]`. */
export function joinHeads(graph: GraphBuilder, frame: AttentionFrame, heads: Value): Value {
  const rows = graph.node("Transpose", [heads], { perm: integers([1, 0, 2]) });
  return graph.node("Reshape", [rows, graph.integers([-1, frame.heads * frame.headSize])]);
}
