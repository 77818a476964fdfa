/**
 * Matrix products and embedding lookups in the formats of a quantization scheme, and the arrays that their nodes read.
 * Operators of ONNX Runtime: microsoft/onnxruntime, `docs/ContribOperators.md`.
 */
import { type GraphBuilder, integer, type Value } from "./graph-builder.ts";
import { isEmbedding } from "../checkpoint/index.ts";
import { blockSize, matrixFormat, type QuantizationScheme } from "./quantization-scheme.ts";
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
  if (format === "int8-blocks") return blockProduct(graph, name, [outputs, inputs], x, bias);
  if (format === "float32") return graph.node("Gemm", [x, graph.weight(name, [inputs, outputs]), bias]);
  const numbers = graph.weight(`${name}.int8`, [inputs, outputs], "int8");
  const scales = graph.weight(`${name}.scales`, [outputs]);
  const noZeroPoint = "";
  return graph.microsoft("DynamicQuantizeMatMul", [x, numbers, scales, noZeroPoint, bias]);
}

/** x·Wᵀ, for the head.  # [rows of x, rows] */
export function embeddingProduct(
  graph: GraphBuilder,
  scheme: QuantizationScheme,
  name: string,
  [rows, columns]: Shape,
  x: Value, // [rows of x, columns]
): Value {
  if (matrixFormat(scheme, name, columns) === "int8-blocks") {
    return blockProduct(graph, name, [rows, columns], x);
  }
  const transB = integer(1);
  if (!graph.isMapped) return graph.node("Gemm", [x, graph.weight(name, [rows, columns])], { transB });
  // ONNX Runtime packs a matrix for Gemm and then unmaps its file pages. Packing part by part keeps the peak of memory little
  // above the size of the matrix. The parts are mapped separately, since the table that `embeddingRows` reads stays mapped.
  const height = Math.ceil(rows / PARTS);
  const parts = Array.from({ length: Math.ceil(rows / height) }, (_, i) => {
    const shape = [Math.min(height, rows - i * height), columns];
    const part = graph.weight(`${name}.part${i}`, shape, "float32", name, 4 * i * height * columns);
    return graph.node("Gemm", [x, part], { transB });
  });
  return graph.node("Concat", parts, { axis: integer(1) });
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
  const block = blockSize(columns);
  if (matrixFormat(scheme, name, columns) !== "int8-blocks" || block === undefined) {
    return graph.node("Gather", [graph.weight(name, [rows, columns]), ids]);
  }
  // The bytes of `blockProduct`, in the shape that GatherBlockQuantized requires.
  const numbers = graph.weight(`${name}.rows`, [rows, columns], "uint8", `${name}.int8`);
  const scales = graph.weight(`${name}.row_scales`, [rows, columns / block], "float32", `${name}.scales`);
  return graph.microsoft("GatherBlockQuantized", [numbers, ids, scales], {
    gather_axis: integer(0),
    quantize_axis: integer(1),
    bits: integer(8),
    block_size: integer(block),
  });
}

/** x·Wᵀ + bias with W in `int8-blocks`.  # [rows of x, outputs] */
function blockProduct(
  graph: GraphBuilder,
  name: string,
  [outputs, inputs]: Shape,
  x: Value,
  bias?: Value,
): Value {
  const block = blockSize(inputs) ?? inputs;
  const numbers = graph.weight(`${name}.int8`, [outputs, inputs / block, block], "uint8");
  const scales = graph.weight(`${name}.scales`, [(outputs * inputs) / block]);
  const [noZeroPoints, noOrder] = ["", ""];
  const attributes = {
    K: integer(inputs),
    N: integer(outputs),
    bits: integer(8),
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
  const { numbers, scales } =
    format === "int8-columns"
      ? quantizeColumns(values, columns)
      : quantizeRows(
          isEmbedding(name) ? values : transposed(values, rows, columns),
          blockSize(inputs) ?? inputs,
        );
  return [
    [`${name}.int8`, numbers],
    [`${name}.scales`, scales],
  ];
}
