/**
 * Matrix products and embedding lookups in the formats of a quantization scheme, and the arrays that their nodes read.
 * Operators of ONNX Runtime: microsoft/onnxruntime, `docs/ContribOperators.md`.
 */
import { type GraphBuilder, integer, integers, type Value } from "./graph-builder.ts";
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
import { quantizeColumns, type Quantized, quantizeRows, signed, transposed } from "./quantize.ts";

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
  const parts = columnParts(outputs).map(({ first, count }) => {
    const own = count === outputs ? "" : `.from${first}`;
    const part = (data: string, shape: readonly number[], type: "int8" | "float32", begin: number): Value =>
      graph.weight(`${data}${own}`, shape, type, data, begin);
    const numbers = part(`${name}.int8`, [inputs, count], "int8", first * inputs);
    const scales = part(`${name}.scales`, [count], "float32", 4 * first);
    const added = own === "" ? bias : part(bias, [count], "float32", 4 * first);
    const noZeroPoint = "";
    return graph.microsoft("DynamicQuantizeMatMul", [x, numbers, scales, noZeroPoint, added]);
  });
  return joinColumns(graph, parts);
}

/**
 * The parts that a matrix in `int8-columns` is stored and multiplied in, each `[inputs, columns of the part]`: one, or several narrow ones.
 *
 * WebAssembly packs the matrix in every run, in blocks of 128 rows and 128 columns. Rows that are a multiple of 512 bytes apart fall into so
 * few sets of the processor's cache that they evict each other: 768 × 3072 takes 1.4 times as long whole as in parts, 1024 × 4096 three times.
 */
export function columnParts(outputs: number): RowSpan[] {
  return spans(0, outputs, outputs % 512 === 0 ? NARROW : outputs);
}

/** Consecutive spans of at most `most`. */
function spans(from: number, end: number, most: number): RowSpan[] {
  const parts: RowSpan[] = [];
  for (let first = from; first < end; first += most)
    parts.push({ first, count: Math.min(most, end - first) });
  return parts;
}

function joinColumns(graph: GraphBuilder, parts: readonly Value[]): Value {
  const [only = ""] = parts;
  return parts.length === 1 ? only : graph.node("Concat", parts, { axis: integer(1) });
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
  if (format === "int8-columns") return columnsProduct(graph, name, columns, x, span);
  const transB = integer(1);
  const isWhole = span.count === rows;
  if (isWhole && !graph.isMapped)
    return graph.node("Gemm", [x, graph.weight(name, [rows, columns])], { transB });
  // ONNX Runtime packs a matrix for Gemm and then unmaps its file pages. Packing part by part keeps the peak of memory little
  // above the size of the matrix. The parts are mapped separately, since the table that `embeddingRows` reads stays mapped.
  const height = graph.isMapped ? Math.ceil(rows / PARTS) : span.count;
  const end = span.first + span.count;
  const parts = spans(span.first, end, height).map(({ first, count }) => {
    const part = graph.weight(`${name}.from${first}`, [count, columns], "float32", name, 4 * first * columns);
    return graph.node("Gemm", [x, part], { transB });
  });
  return joinColumns(graph, parts);
}

/** Number of parts of a mapped head. */
const PARTS = 8;

/**
 * x·Wᵀ with one scale per row of W. The rows are also those of `embeddingRows`; ONNX Runtime transposes them when it loads the graph. In
 * narrow parts, since in a block of a wide one (see `columnParts`) each row is in another page of memory: that takes twice the time.
 */
function columnsProduct(
  graph: GraphBuilder,
  name: string,
  columns: number,
  x: Value, // [rows of x, columns]
  span: RowSpan,
): Value {
  const parts = spans(span.first, span.first + span.count, NARROW).map(({ first, count }) => {
    const own = `.from${first}`;
    const data = `${name}.int8`;
    const rows = graph.weight(`${data}${own}`, [count, columns], "int8", data, first * columns);
    const scales = graph.weight(`${name}.scales${own}`, [count], "float32", `${name}.scales`, 4 * first);
    const numbers = graph.node("Transpose", [rows], { perm: integers([1, 0]) });
    return graph.microsoft("DynamicQuantizeMatMul", [x, numbers, scales]);
  });
  return joinColumns(graph, parts);
}

/** Columns of a narrow part. */
const NARROW = 768;

/** Embedding lookup: one row per id.  # [ids, columns] */
export function embeddingRows(
  graph: GraphBuilder,
  scheme: QuantizationScheme,
  name: string,
  [rows, columns]: Shape,
  ids: Value, // int32 [ids]
): Value {
  const format = matrixFormat(scheme, name, columns);
  if (format === "int8-columns") {
    const found = graph.node("Gather", [graph.weight(`${name}.int8`, [rows, columns], "int8"), ids]);
    const scale = graph.node("Gather", [graph.weight(`${name}.scales`, [rows]), ids]);
    return graph.node("DequantizeLinear", [found, scale], { axis: integer(0) });
  }
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

/** The numbers `[inputs, outputs]` part by part: see `columnParts`. */
function inParts(
  { numbers, scales }: Quantized<Int8Array>,
  inputs: number,
  outputs: number,
): Quantized<Int8Array> {
  const parts = columnParts(outputs);
  if (parts.length === 1) return { numbers, scales };
  const result = new Int8Array(numbers.length);
  for (const { first, count } of parts) {
    for (let row = 0; row < inputs; row += 1) {
      const at = row * outputs + first;
      result.set(numbers.subarray(at, at + count), first * inputs + row * count);
    }
  }
  return { numbers: result, scales };
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
      ? isEmbedding(name)
        ? signed(quantizeRows(values, columns))
        : inParts(quantizeColumns(values, columns), rows, columns)
      : (isInt4 ? quantizeNibbles : quantizeRows)(inRows(), blockSize(inputs, format) ?? inputs);
  return [
    [isInt4 ? `${name}.int4` : `${name}.int8`, numbers],
    [`${name}.scales`, scales],
  ];
}
