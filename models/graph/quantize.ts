/**
 * Weights in eight bits: the nearest of 255 steps, −127 to 127 times a scale, which is the largest magnitude of those that
 * share it, divided by 127. So zero stays zero, and nothing is clipped.
 */

/** An int8 matrix and what its numbers are to be multiplied by. */
export interface Quantized<Numbers extends Int8Array | Uint8Array> {
  readonly numbers: Numbers;
  readonly scales: Float32Array;
}

/** Scales by output column: of `[inputs, outputs]` the numbers, `[inputs, outputs]`, and the scales, `[outputs]`. */
export function quantizeColumns(values: Float32Array, outputs: number): Quantized<Int8Array> {
  const largest = new Float32Array(outputs);
  for (let at = 0; at < values.length; at += outputs) {
    for (let column = 0; column < outputs; column += 1) {
      const magnitude = Math.abs(values[at + column]!);
      if (magnitude > largest[column]!) largest[column] = magnitude;
    }
  }
  const scales = largest.map(scaleFor);
  const inverse = Float64Array.from(scales, (scale) => 1 / scale);
  const numbers = new Int8Array(values.length);
  for (let at = 0; at < values.length; at += outputs) {
    for (let column = 0; column < outputs; column += 1) {
      numbers[at + column] = Math.round(values[at + column]! * inverse[column]!);
    }
  }
  return { numbers, scales };
}

/**
 * Scales by row and block of a row: of `[rows, columns]` the numbers with 128 added, `[rows, columns]`, and the scales,
 * `[rows, columns / block]`.
 */
export function quantizeRows(values: Float32Array, block: number): Quantized<Uint8Array> {
  const numbers = new Uint8Array(values.length);
  const scales = new Float32Array(values.length / block);
  for (let i = 0; i < scales.length; i += 1) {
    const begin = i * block;
    const end = begin + block;
    let largest = 0;
    for (let at = begin; at < end; at += 1) {
      const magnitude = Math.abs(values[at]!);
      if (magnitude > largest) largest = magnitude;
    }
    const scale = Math.fround(scaleFor(largest));
    const inverse = 1 / scale;
    scales[i] = scale;
    for (let at = begin; at < end; at += 1) numbers[at] = 128 + Math.round(values[at]! * inverse);
  }
  return { numbers, scales };
}

/** `[rows, columns]` to `[columns, rows]`, in tiles that stay in the processor's cache. */
export function transposed(values: Float32Array, rows: number, columns: number): Float32Array {
  const result = new Float32Array(values.length);
  const tile = 32;
  for (let row = 0; row < rows; row += tile) {
    for (let column = 0; column < columns; column += tile) {
      const rowEnd = Math.min(row + tile, rows);
      const columnEnd = Math.min(column + tile, columns);
      for (let c = column; c < columnEnd; c += 1) {
        for (let r = row; r < rowEnd; r += 1) result[c * rows + r] = values[r * columns + c]!;
      }
    }
  }
  return result;
}

/** Weights that are all smaller than this count as zeros: their scale could not be told from zero. */
const TINY = 1e-30;

/** All zeros get a scale of one: kernels divide by it. */
function scaleFor(largest: number): number {
  return largest < TINY ? 1 : largest / 127;
}
