/**
 * Precisions of stored weights. Half precision is expanded to float32 on loading: ONNX Runtime's fp16 kernels are slow on CPUs
 * and in WebAssembly. Double precision is rounded to float32.
 *
 * The files are little-endian, and so are typed arrays on every platform of JavaScript engines.
 */

/** A precision in which a checkpoint can store weights. */
export interface StoredPrecision {
  /** Bytes per number. */
  readonly bytes: number;
  /**
   * Converts stored bytes to float32. Aligned float32 bytes are returned as a view.
   *
   * @param into memory for the numbers, instead of new memory.
   */
  readonly expand: (stored: Uint8Array, into?: Float32Array) => Float32Array;
}

/** Precisions in which weights can be stored, by safetensors' names. */
export const STORED_PRECISIONS: Readonly<Record<PrecisionName, StoredPrecision>> = {
  F64: { bytes: 8, expand: roundFloat64 },
  F32: { bytes: 4, expand: viewFloat32 },
  F16: { bytes: 2, expand: expandFloat16 },
  BF16: { bytes: 2, expand: expandBfloat16 },
};

/** The names in safetensors files. */
export type PrecisionName = "F64" | "F32" | "F16" | "BF16";

/** Whether a safetensors dtype is in `STORED_PRECISIONS`; I8 is not, since it needs scales. */
export function isPrecision(name: string): name is PrecisionName {
  return Object.hasOwn(STORED_PRECISIONS, name);
}

function viewFloat32(stored: Uint8Array): Float32Array {
  const { buffer, byteOffset } = aligned(stored, 4);
  return new Float32Array(buffer, byteOffset, stored.length / 4);
}

/** Numbers beyond float32 become infinite. */
function roundFloat64(stored: Uint8Array, into?: Float32Array): Float32Array {
  const { buffer, byteOffset } = aligned(stored, 8);
  const doubles = new Float64Array(buffer, byteOffset, stored.length / 8);
  const values = into ?? new Float32Array(doubles.length);
  values.set(doubles);
  return values;
}

/** IEEE 754 binary16: 1 sign, 5 exponent (bias 15), 10 fraction bits. */
function expandFloat16(stored: Uint8Array, into?: Float32Array): Float32Array {
  const { buffer, byteOffset } = aligned(stored, 2);
  const halves = new Uint16Array(buffer, byteOffset, stored.length / 2);
  const values = into ?? new Float32Array(halves.length);
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
  for (let i = 0; i < halves.length; i += 1) {
    const half = halves[i]!;
    const sign = (half & 0x8000) << 16;
    const magnitude = half & 0x7fff;
    if (magnitude >= 0x7c00) {
      bits[i] = sign | 0x7f800000 | ((magnitude & 0x3ff) << 13); // infinity, NaN
    } else if (magnitude >= 0x400) {
      bits[i] = sign | ((magnitude << 13) + (112 << 23)); // the bias is 127 − 15 = 112 more
    } else {
      values[i] = (sign === 0 ? magnitude : -magnitude) * 2 ** -24; // zero and subnormals; −0 from −magnitude
    }
  }
  return values;
}

/** The bits of the nearest binary16, ties to even; infinity from 65520 on. */
export function halfBits(value: number): number {
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0;
  const magnitude = Math.abs(value);
  if (Number.isNaN(value)) return 0x7e00;
  if (magnitude >= 65520) return sign | 0x7c00;
  // Spacing is 2^(exponent − 10); below 2⁻¹⁴ numbers are subnormal, with constant spacing.
  const exponent = Math.max(-14, Math.floor(Math.log2(magnitude)));
  const steps = roundHalfEven(magnitude / 2 ** (exponent - 10));
  // The implicit leading bit and a carry from rounding are added to the exponent field.
  return sign | (((exponent + 14) << 10) + steps);
}

function roundHalfEven(value: number): number {
  const below = Math.floor(value);
  const rest = value - below;
  return rest > 0.5 || (rest === 0.5 && below % 2 === 1) ? below + 1 : below;
}

/** bfloat16 is the upper half of a float32. */
function expandBfloat16(stored: Uint8Array, into?: Float32Array): Float32Array {
  const { buffer, byteOffset } = aligned(stored, 2);
  const halves = new Uint16Array(buffer, byteOffset, stored.length / 2);
  const values = into ?? new Float32Array(halves.length);
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
  for (let i = 0; i < halves.length; i += 1) bits[i] = halves[i]! << 16;
  return values;
}

/** The bytes, copied if a typed array of this alignment cannot view them. */
function aligned(bytes: Uint8Array, to: number): Uint8Array {
  return bytes.byteOffset % to === 0 ? bytes : new Uint8Array(bytes);
}
