/**
 * The head of a decoder whose ids are sampled from one range at a time: the product of each slice of its rows is in a branch of its
 * own (`If`), so that a run computes the slices that it needs. The slices read parts of the same weights.
 */
import type { DecoderConfig } from "../checkpoint/index.ts";
import { elementAt } from "../element-at.ts";
import { type GraphBuilder, integer, type Value } from "./graph-builder.ts";
import { embeddingProduct, type RowSpan } from "./matrix.ts";
import type { QuantizationScheme } from "./quantization-scheme.ts";

/** Consecutive rows of the head, all of them together. */
export type HeadSlices = readonly RowSpan[];

/** The input of the graph that selects slices: 1 to compute it, 0 to leave it out. */
export const HEAD_SLICES = "head_slices";

/**
 * The slices of a head.
 *
 * @param counts rows of each slice, from row 0 on; the rows after them are one more slice.
 * @returns one slice for the whole head if `counts` is empty, or has more rows than the head.
 */
export function sliceHead(counts: readonly number[], vocabularySize: number): HeadSlices {
  const slices: RowSpan[] = [];
  let first = 0;
  for (const count of counts) {
    slices.push({ first, count });
    first += count;
  }
  if (first > vocabularySize) return [{ first: 0, count: vocabularySize }];
  return first === vocabularySize ? slices : [...slices, { first, count: vocabularySize - first }];
}

/** Declares the input for these slices; undefined for a whole head, which has none. */
export function declareSlices(graph: GraphBuilder, slices: HeadSlices): Value | undefined {
  return slices.length > 1 ? graph.input(HEAD_SLICES, "int32", [slices.length]) : undefined;
}

/**
 * Logits of the slices whose flag is 1, in the order of their rows.
 *
 * @param x after the final norm, `[rows, width]`.
 * @param flags int32 `[slices]`.
 * @returns `[rows, rows of the slices together]`.
 */
export function slicedProduct(
  graph: GraphBuilder,
  { vocabularySize, width, scheme }: DecoderConfig & { readonly scheme: QuantizationScheme },
  table: string,
  x: Value,
  slices: HeadSlices,
  flags: Value,
): Value {
  const each = graph.nodes("Split", [graph.node("Cast", [flags], { to: integer(BOOL) })], slices.length, {
    num_outputs: integer(slices.length),
  });
  const parts = slices.map((slice, i) =>
    graph.branch(
      elementAt(each, i),
      "float32",
      ["scored", "ids"],
      (inner) => embeddingProduct(inner, scheme, table, [vocabularySize, width], x, slice),
      (inner) => noColumns(inner, x),
    ),
  );
  return graph.node("Concat", parts, { axis: integer(1) });
}

/** No columns.  # [rows, 0] */
function noColumns(graph: GraphBuilder, x: Value): Value {
  const zero = graph.integers([0]);
  return graph.node("Slice", [x, zero, zero, graph.integers([1])]);
}

const BOOL = 9; // number in `TensorProto.DataType`
