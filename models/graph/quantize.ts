/**
 * Symmetric 8-bit quantization: round(weight / scale), from −127 to 127. The scale is the largest magnitude of the weights
 * that share it, divided by 127, so zero is exact and no weight is clipped.
 */

/** A quantized matrix: weight = number · scale. */
export interface Quantized<Numbers extends Int8Array | Uint8Array> {
  readonly numbers: Numbers;
  readonly scales: Float32Array;
}

/** Quantizes `[inputs, outputs]` with one scale per output: numbers `[inputs, outputs]`, scales `[outputs]`. */
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
 * Quantizes `[rows, columns]` with one scale per block of a row: numbers plus 128 `[rows, columns]`, scales
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

/** The numbers of `quantizeRows` without the 128, in the same memory. */
export function signed({ numbers, scales }: Quantized<Uint8Array>): Quantized<Int8Array> {
  for (let i = 0; i < numbers.length; i += 1) numbers[i]! -= 128; // modulo 256
  return { numbers: new Int8Array(numbers.buffer, numbers.byteOffset, numbers.length), scales };
}

/** The transpose, `[columns, rows]`, of `[rows, columns]`; in tiles that fit the processor's cache. */
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

/** Weights below this are quantized to zero: their scale could underflow. */
const TINY = 1e-30;

/** A scale of 1 if all weights are zero, since kernels divide by it. */
function scaleFor(largest: number): number {
  return largest < TINY ? 1 : largest / 127;
}
