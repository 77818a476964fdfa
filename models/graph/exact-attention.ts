/**
 * Attention that gives a row the same bits in a run of a few rows as alone. Matrix products in `int8-blocks` do so already; an
 * attention that differed in the last bit would change how activations are rounded after it, and then ids.
 *
 * ONNX Runtime's float32 products of several rows sum in another order than those of one row, and products of one row sum
 * four positions at a time (microsoft/onnxruntime, `onnxruntime/core/mlas/lib/x86_64/SgemmKernelM1Avx.S`). Therefore:
 *
 * - a run of a few rows multiplies each row on its own, as a batch of products of one row;
 * - positions are in groups of four, counted from the first row of the cache. The past ends with its last whole group. The
 *   cached rows after that, the rows of this run, and rows of zeros that the mask hides are the near rows;
 * - the sums of the groups of near rows are added in turn, as the product over the past adds them;
 * - softmax sums in vectors, so scores of a position are in the same lane in any run. With the heads first, the past has unused rows at its
 *   end; padding scores fill the lanes between it and the near rows.
 *
 * Runs of more rows use one product for all of them. Sequences of a batch are an axis of their own.
 */
import { type DecoderConfig, headSize, scoreScale } from "../checkpoint/index.ts";
import { elementAt } from "../element-at.ts";
import { nearScores, type RelativeTerm, type Segment, skewFrame, type SkewFrame } from "./attention.ts";
import { type GraphBuilder, integer, integers, type Value } from "./graph-builder.ts";

/** Positions that a product sums together. */
export const GROUP_ROWS = 4;
const NEAR_GROUPS = 3;
/** Lanes of the longest vectors. */
const LANES = 16;
/** Near rows of a run of a few rows. */
const FEW_NEAR = GROUP_ROWS * NEAR_GROUPS;
/** Maximum number of rows of a run that have the same bits as alone, wherever the last group ends. */
export const EXACT_ROWS = FEW_NEAR - GROUP_ROWS + 1;

/** Numbers of positions in a run. */
export interface RunPositions {
  /** Those of `past_keys` and `past_values`: whole groups, at least one; with the heads first, unused rows after them too. */
  readonly past: number;
  /** Spare scores after the past. */
  readonly padding: number;
  /** Cached rows after these. */
  readonly recent: number;
  readonly rows: number;
  /** After the rows, so that the near rows are whole groups and at least `FEW_NEAR`. */
  readonly spare: number;
}

/**
 * The positions of a run.
 *
 * @param held rows in the cache.
 * @param room rows of the cache that are read, with the heads first. Default: those that are held.
 */
export function runPositions(held: number, rows: number, room?: number): RunPositions {
  const recent = held % GROUP_ROWS;
  const near = recent + rows;
  const spare = Math.max(FEW_NEAR, Math.ceil(near / GROUP_ROWS) * GROUP_ROWS) - near;
  const groups = Math.max(GROUP_ROWS, held - recent);
  if (room === undefined) return { past: groups, padding: 0, recent, rows, spare };
  const past = Math.max(GROUP_ROWS, room);
  const padding = (LANES - ((past - groups) % LANES)) % LANES;
  return { past, padding, recent, rows, spare };
}

/** Numbers of products and of the rows of each. */
function productsOf(rows: number): { readonly products: number; readonly ofProduct: number } {
  return rows <= EXACT_ROWS ? { products: rows, ofProduct: 1 } : { products: 1, ofProduct: rows };
}

/** The shape of the mask of a run, whose axes are products, sequences, heads, rows of a product, and positions. */
export function exactMaskShape({ past, padding, recent, rows, spare }: RunPositions): readonly number[] {
  const { products, ofProduct } = productsOf(rows);
  return [products, 1, 1, ofProduct, past + padding + recent + rows + spare];
}

/** The shape of the input `padding` of a run. */
export function exactPaddingShape(
  { heads }: DecoderConfig,
  sequences: number,
  { padding, rows }: RunPositions,
): readonly number[] {
  const { products, ofProduct } = productsOf(rows);
  return [products, sequences, heads, ofProduct, padding];
}

/** Sizes of a run, which the graph needs as values: the input `sizes`, part by part. */
function sizesOf(config: DecoderConfig, { past, padding, recent, rows, spare }: RunPositions) {
  const { products, ofProduct } = productsOf(rows);
  const { heads, layers } = config;
  const size = headSize(config);
  const last = recent + rows + spare - GROUP_ROWS * (NEAR_GROUPS - 1);
  const groups = [...Array.from({ length: NEAR_GROUPS - 1 }, () => GROUP_ROWS), last];
  const times = past + padding + recent + rows + spare;
  const maxDistance = config.position.kind === "relative" ? config.position.maxDistance : times;
  return {
    rows: [rows],
    times: [times],
    /** Of queries, keys and values together, of all sequences. */
    joined: [rows, 1, -1, 3 * heads, size],
    /** Of queries. */
    split: [ofProduct, products, -1, heads, size],
    lengths: [past, padding, ...groups],
    nearLengths: groups,
    recentLengths: Array.from({ length: 2 * layers }, () => recent),
    spareRows: [spare],
    /** Of scores by distance: distance 0 moves to the last position that is not spare. */
    pads: [0, 0, 0, 0, Math.max(0, times - maxDistance) - spare, 0, 0, 0, 0, spare + 1],
    /** Of scores by position, the rows together. */
    together: [-1, heads, products, ofProduct, times],
  } satisfies Record<string, readonly number[]>;
}

type SizeName = keyof ReturnType<typeof sizesOf>;

/** The input `sizes` of a run. */
export function exactSizes(config: DecoderConfig, positions: RunPositions): Int32Array {
  return Int32Array.from(Object.values(sizesOf(config, positions)).flat());
}

/** Sizes, the mask and the cached near rows, which all layers share: computed once per run. */
export interface ExactFrame {
  readonly sizes: Readonly<Record<SizeName, Value>>; // int64
  /** Cached rows after the last whole group, of each layer. */
  readonly recent: readonly Segment[]; // [recent rows, 1, sequences, heads, headSize]
  /** Scores between the past and the near rows. */
  readonly padding: Value; // [products, sequences, heads, rows of a product, padding]
  /** Rows of zeros. */
  readonly spare: Value; // [spare rows, 1, sequences, heads, headSize]
  readonly mask: Value; // [products, 1, 1, rows of a product, positions]
  readonly skew: SkewFrame | undefined;
}

/** Declares the inputs `sizes`, `recent` and `padding`. */
export function exactFrame(
  graph: GraphBuilder,
  config: DecoderConfig,
  mask: Value,
  fullTierThreshold: number,
): ExactFrame {
  const { heads, layers, position } = config;
  const axis = { axis: integer(0) };
  const example = Object.entries(sizesOf(config, runPositions(0, 1)));
  const count = example.flatMap(([, values]) => values).length;
  const numbers = graph.node("Cast", [graph.input("sizes", "int32", [count])], { to: integer(INT64) });
  const lengths = graph.integers(example.map(([, values]) => values.length));
  const parts = graph.nodes("Split", [numbers, lengths], example.length, axis);
  const named = Object.fromEntries(example.map(([name], i) => [name, elementAt(parts, i)]));
  const part = (name: SizeName): Value => named[name]!;
  const sizes: Record<SizeName, Value> = {
    rows: part("rows"),
    times: part("times"),
    joined: part("joined"),
    split: part("split"),
    lengths: part("lengths"),
    nearLengths: part("nearLengths"),
    recentLengths: part("recentLengths"),
    spareRows: part("spareRows"),
    pads: part("pads"),
    together: part("together"),
  };
  const all = graph.input("recent", "float32", ["recent", 1, "sequences", heads, headSize(config)]);
  const recent = graph.nodes("Split", [all, sizes.recentLengths], 2 * layers, axis);
  const ofRow = graph.node("Shape", [all], { start: integer(1) });
  const shape = graph.node("Concat", [sizes.spareRows, ofRow], axis);
  const skew =
    position.kind === "relative"
      ? skewFrame(graph, {
          heads,
          maxDistance: position.maxDistance,
          fullTierThreshold,
          rows: sizes.rows,
          times: sizes.times,
        })
      : undefined;
  return {
    sizes,
    recent: Array.from({ length: layers }, (_, layer) => ({
      keys: elementAt(recent, 2 * layer),
      values: elementAt(recent, 2 * layer + 1),
    })),
    padding: graph.input("padding", "float32", ["products", "sequences", heads, "own", "padding"]),
    spare: graph.node("ConstantOfShape", [shape]),
    mask,
    skew,
  };
}

/**
 * Attention of the new rows.
 *
 * @param qkv queries, keys and values, `[rows · sequences, 3 · width]`.
 * @returns the weighted sums of the values, as rows; the weights; keys and values of the new rows.
 */
export function exactAttention(
  graph: GraphBuilder,
  config: DecoderConfig,
  frame: ExactFrame,
  layer: number,
  qkv: Value,
  past: Segment,
  relative?: RelativeTerm,
): {
  readonly attended: Value; // [rows · sequences, width]
  readonly weights: Value; // [products, sequences, heads, rows of a product, positions]
  readonly own: Segment; // [rows, 1, sequences, heads, headSize]
} {
  const { sizes } = frame;
  const apart = graph.node("Reshape", [qkv, sizes.joined]);
  const [q = "", keys = "", values = ""] = graph.nodes("Split", [apart], 3, {
    axis: integer(3),
    num_outputs: integer(3),
  });
  const scaled = graph.node("Mul", [q, graph.floats([scoreScale(config, layer)])]);
  const queries = graph.node("Reshape", [scaled, sizes.split]); // [rows of a product, products, sequences, heads, headSize]
  const recent = elementAt(frame.recent, layer);
  const joined = (cached: Value, added: Value): Value =>
    graph.node("Concat", [cached, added, frame.spare], { axis: integer(0) });
  const axes = past.order === "heads first" ? 0 : 1;
  const scoresOf = (of: Value, transBatchB: number): Value =>
    graph.microsoft("FusedMatMul", [queries, of], {
      transBatchA: integer(1),
      transBatchB: integer(transBatchB),
      transB: integer(1),
    });
  const scores = graph.node(
    "Concat",
    [scoresOf(past.keys, axes), frame.padding, scoresOf(joined(recent.keys, keys), 1)],
    { axis: integer(4) },
  ); // [products, sequences, heads, rows of a product, positions]
  const positioned =
    relative && frame.skew
      ? graph.node("Add", [scores, relativeScores(graph, frame.skew, sizes, queries, relative)])
      : scores;
  const weights = graph.node("Softmax", [graph.node("Add", [positioned, frame.mask])], { axis: integer(-1) });
  const split = graph.nodes("Split", [weights, sizes.lengths], 2 + NEAR_GROUPS, { axis: integer(4) });
  const parts = split.toSpliced(1, 1); // without the padding
  const near = joined(recent.values, values);
  const groups = graph.nodes("Split", [near, sizes.nearLengths], NEAR_GROUPS, { axis: integer(0) });
  const sums = [past.values, ...groups].map((of, i) =>
    graph.microsoft("FusedMatMul", [elementAt(parts, i), of], { transBatchB: integer(i === 0 ? axes : 1) }),
  ); // [products, sequences, heads, rows of a product, headSize] each
  const perm = integers([3, 0, 1, 2, 4]);
  const rows = graph.node("Transpose", [graph.node("Sum", sums)], { perm });
  const attended = graph.node("Reshape", [rows, graph.integers([-1, config.width])]);
  return { attended, weights, own: { keys, values } };
}

const INT64 = 7; // in `TensorProto.DataType`

/** As in `attention.ts`; the skew needs the rows together.  # [products, sequences, heads, rows of a product, positions] */
function relativeScores(
  graph: GraphBuilder,
  skew: SkewFrame,
  sizes: ExactFrame["sizes"],
  queries: Value,
  { vectors }: RelativeTerm,
): Value {
  const score = (inner: GraphBuilder, scored: Value): Value =>
    inner.microsoft("FusedMatMul", [queries, inner.node("Unsqueeze", [scored, inner.integers([0, 1])])], {
      transBatchA: integer(1),
      transB: integer(1),
    });
  const axes = ["products", "sequences", "heads", "rows", "distances"];
  const byDistance = nearScores(graph, score, vectors, skew, axes);
  const padded = graph.node("Pad", [byDistance, sizes.pads]); // [products, sequences, heads, rows of a product, positions + 1]
  const together = graph.node("Transpose", [padded], { perm: integers([1, 2, 0, 3, 4]) });
  const flat = graph.node("Reshape", [together, skew.flat]); // [sequences · heads, rows · (positions + 1)]
  const skewed = graph.node("Slice", [flat, skew.from, skew.to, graph.integers([1])]);
  const apart = graph.node("Reshape", [skewed, sizes.together]); // [sequences, heads, products, rows of a product, positions]
  return graph.node("Transpose", [apart], { perm: integers([2, 0, 1, 3, 4]) });
}
