/**
 * Matrix products and embedding lookups in the formats of a quantization scheme, and the arrays that their nodes read.
 * Operators of ONNX Runtime: microsoft/onnxruntime, `docs/ContribOperators.md`.
 */
import { type GraphBuilder, integer, type Value } from "./graph-builder.ts";
import { isEmbedding } from "../checkpoint/index.ts";
import {
  BITS,
  type BlockFormat,
  blockSize,
  isBlockFormat,
  matrixFormat,
  type QuantizationScheme,
} from "./quantization-scheme.ts";
import { quantizeNibbles } from "./quantize-int4.ts";
import { quantizeColumns, quantizeRows, transposed } from "./quantize.ts";

/** The values of a weight, in its element type in the graph. */
export type WeightArray = Float32Array | Int8Array | Uint8Array;

/** The shape of a matrix in a checkpoint. */
type Shape = readonly [rows: number, columns: number];

/** x·W + bias.  # [rows of x, outputs] */
export function matrixProduct(
  graph: GraphBuilder,
  scheme: QuantizationScheme,
  name: string,
  [inputs, outputs]: Shape,
  x: Value, // [rows, inputs]
  bias: Value, // [outputs]
): Value {
  const format = matrixFormat(scheme, name, inputs);
  if (isBlockFormat(format)) return blockProduct(graph, { name, format }, [outputs, inputs], x, bias);
  if (format === "float32") return graph.node("Gemm", [x, graph.weight(name, [inputs, outputs]), bias]);
  const numbers = graph.weight(`${name}.int8`, [inputs, outputs], "int8");
  const scales = graph.weight(`${name}.scales`, [outputs]);
  const noZeroPoint = "";
  return graph.microsoft("DynamicQuantizeMatMul", [x, numbers, scales, noZeroPoint, bias]);
}

/** Consecutive rows of a matrix. */
export interface RowSpan {
  readonly first: number;
  readonly count: number;
}

/** x·Wᵀ, for the head. @param span the rows of W. Default: all.  # [rows of x, rows of W] */
export function embeddingProduct(
  graph: GraphBuilder,
  scheme: QuantizationScheme,
  name: string,
  [rows, columns]: Shape,
  x: Value, // [rows of x, columns]
  span: RowSpan = { first: 0, count: rows },
): Value {
  const format = matrixFormat(scheme, name, columns);
  if (isBlockFormat(format))
    return blockProduct(graph, { name, format }, [rows, columns], x, undefined, span);
  const transB = integer(1);
  const isWhole = span.count === rows;
  if (isWhole && !graph.isMapped)
    return graph.node("Gemm", [x, graph.weight(name, [rows, columns])], { transB });
  // ONNX Runtime packs a matrix for Gemm and then unmaps its file pages. Packing part by part keeps the peak of memory little
  // above the size of the matrix. The parts are mapped separately, since the table that `embeddingRows` reads stays mapped.
  const height = graph.isMapped ? Math.ceil(rows / PARTS) : span.count;
  const end = span.first + span.count;
  const parts: Value[] = [];
  for (let first = span.first; first < end; first += height) {
    const shape = [Math.min(height, end - first), columns];
    const part = graph.weight(`${name}.from${first}`, shape, "float32", name, 4 * first * columns);
    parts.push(graph.node("Gemm", [x, part], { transB }));
  }
  const [only = ""] = parts;
  return parts.length === 1 ? only : graph.node("Concat", parts, { axis: integer(1) });
}

/** Number of parts of a mapped head. */
const PARTS = 8;

/** Embedding lookup: one row per id.  # [ids, columns] */
export function embeddingRows(
  graph: GraphBuilder,
  scheme: QuantizationScheme,
  name: string,
  [rows, columns]: Shape,
  ids: Value, // int32 [ids]
): Value {
  const format = matrixFormat(scheme, name, columns);
  const block = isBlockFormat(format) ? blockSize(columns, format) : undefined;
  if (!isBlockFormat(format) || block === undefined) {
    return graph.node("Gather", [graph.weight(name, [rows, columns]), ids]);
  }
  const bits = BITS[format];
  // The bytes of `blockProduct`, in the shape that GatherBlockQuantized requires.
  const shape = [rows, (columns * bits) / 8];
  const numbers = graph.weight(`${name}.rows`, shape, "uint8", `${name}.int${bits}`);
  const scales = graph.weight(`${name}.row_scales`, [rows, columns / block], "float32", `${name}.scales`);
  return graph.microsoft("GatherBlockQuantized", [numbers, ids, scales], {
    gather_axis: integer(0),
    quantize_axis: integer(1),
    bits: integer(bits),
    block_size: integer(block),
  });
}

/** x·Wᵀ + bias with W in blocks. @param span the rows of W. Default: all.  # [rows of x, rows of W] */
function blockProduct(
  graph: GraphBuilder,
  { name, format }: { readonly name: string; readonly format: BlockFormat },
  [outputs, inputs]: Shape,
  x: Value,
  bias?: Value,
  { first, count }: RowSpan = { first: 0, count: outputs },
): Value {
  const bits = BITS[format];
  const block = blockSize(inputs, format) ?? inputs;
  const blocks = inputs / block;
  const own = count === outputs ? "" : `.from${first}`;
  const numbers = graph.weight(
    `${name}.int${bits}${own}`,
    [count, blocks, (block * bits) / 8],
    "uint8",
    `${name}.int${bits}`,
    (first * inputs * bits) / 8,
  );
  const scales = graph.weight(
    `${name}.scales${own}`,
    [count * blocks],
    "float32",
    `${name}.scales`,
    4 * first * blocks,
  );
  const [noZeroPoints, noOrder] = ["", ""];
  const attributes = {
    K: integer(inputs),
    N: integer(count),
    bits: integer(bits),
    block_size: integer(block),
    accuracy_level: integer(4), // quantizes x to int8; other kernels are about 30 times slower
  };
  const operands = [x, numbers, scales];
  return graph.microsoft(
    "MatMulNBits",
    bias === undefined ? operands : [...operands, noZeroPoints, noOrder, bias],
    attributes,
  );
}

/**
 * The arrays that the nodes above read for one tensor of a checkpoint, by the names of their data.
 *
 * @param values row-major, `[inputs, outputs]`; of the embedding and the head, `[rows, columns]`.
 */
export function matrixData(
  scheme: QuantizationScheme,
  name: string,
  shape: readonly number[],
  values: Float32Array,
): [string, WeightArray][] {
  const [rows = 0, columns = 0] = shape;
  const inputs = isEmbedding(name) ? columns : rows;
  const format = matrixFormat(scheme, name, inputs);
  if (format === "float32") return [[name, values]];
  const isInt4 = format === "int4-blocks";
  const inRows = (): Float32Array => (isEmbedding(name) ? values : transposed(values, rows, columns));
  const { numbers, scales } =
    format === "int8-columns"
      ? quantizeColumns(values, columns)
      : (isInt4 ? quantizeNibbles : quantizeRows)(inRows(), blockSize(inputs, format) ?? inputs);
  return [
    [isInt4 ? `${name}.int4` : `${name}.int8`, numbers],
    [`${name}.scales`, scales],
  ];
}
