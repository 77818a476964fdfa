/** 4-bit quantization in blocks, with the scale of each block that loses least. */
import type { Quantized } from "./quantize.ts";

/** Numbers of 4 bits are from −8 to 7; stored, they are 8 larger. */
const [LEAST, MOST] = [-8, 7] as const;
/** Scales that are tried for a block: the one that makes its largest magnitude −8, and others around it. */
const TRIED = [-8.6, -8.3, -8, -7.7, -7.4, -7.1, -6.8];

/**
 * Quantizes `[rows, columns]` with one scale per block of a row. Of several scales the one with the smallest squared error is taken, each
 * fitted to its rounded numbers by least squares (as `make_qx_quants` of ggml-org/llama.cpp).
 *
 * @param block even.
 * @returns numbers plus 8, two in a byte, the first in the low bits, `[rows, columns / 2]`; scales `[rows, columns / block]`.
 */
export function quantizeNibbles(values: Float32Array, block: number): Quantized<Uint8Array> {
  const numbers = new Uint8Array(values.length / 2);
  const scales = new Float32Array(values.length / block);
  const rounded = new Int8Array(block);
  for (let i = 0; i < scales.length; i += 1) {
    const begin = i * block;
    scales[i] = quantizeBlock(values, begin, rounded);
    for (let at = 0; at < block; at += 2)
      numbers[(begin + at) / 2] = rounded[at]! - LEAST + 16 * (rounded[at + 1]! - LEAST);
  }
  return { numbers, scales };
}

/** Blocks of weights below this are quantized to zero: their scale could underflow. */
const TINY = 1e-30;

/** Rounds a block. @returns its scale; 1 if all weights are zero. */
function quantizeBlock(values: Float32Array, begin: number, rounded: Int8Array): number {
  const block = rounded.length;
  let largest = 0;
  for (let at = begin; at < begin + block; at += 1)
    if (Math.abs(values[at]!) > Math.abs(largest)) largest = values[at]!;
  rounded.fill(0);
  if (Math.abs(largest) < TINY) return 1;
  // The squared error of a fitted scale is Σ w² − (Σ w·q)² / Σ q²: the second term is to be large.
  let best = { gain: 0, inverse: LEAST / largest, scale: largest / LEAST };
  for (const tried of TRIED) {
    const inverse = tried / largest;
    let products = 0;
    let squares = 0;
    for (let at = begin; at < begin + block; at += 1) {
      const value = values[at]!;
      const number = nearest(value * inverse);
      products += value * number;
      squares += number * number;
    }
    const gain = squares === 0 ? 0 : (products * products) / squares;
    if (gain > best.gain) best = { gain, inverse, scale: products / squares };
  }
  for (let at = 0; at < block; at += 1) rounded[at] = nearest(values[begin + at]! * best.inverse);
  return best.scale;
}

/** Adding it leaves no bits for a fraction; three times as fast as `Math.round`. */
const NO_FRACTION = 1.5 * 2 ** 52;

function nearest(value: number): number {
  const number = value + NO_FRACTION - NO_FRACTION;
  return number < LEAST ? LEAST : number > MOST ? MOST : number;
}
