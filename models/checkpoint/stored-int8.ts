/**
 * Matrices stored in int8, half the size of fp16. This concerns the files only: on loading they are expanded to float32,
 * independently of the precision of the computation.
 *
 * config.json has `"quantization": { "kind": "int8", "block": 64 }`. A matrix `name` is then an I8 tensor of its usual shape
 * with a tensor `name.scales` (F16), and its values are the numbers times their scales. `block` numbers, of
 * consecutive inputs of one output, share a scale:
 *
 *     h.i.attn.c_attn.weight, …  [in, out]                   scales [in / block, out]
 *     wte.weight, lm_head.weight [rows, width]               scales [rows, width / block]
 *     h.i.attn.relative.weight   [heads, distance, headSize] scales [heads, distance, headSize / block]
 *
 * Vectors, learned positions, and matrices whose number of inputs is not a multiple of `block` are stored in F16.
 */
import { CheckpointError } from "../errors.ts";
import { halfBits, STORED_PRECISIONS } from "./precision.ts";
import type { TensorBytes } from "./safetensors.ts";
import { quoteValue, quoteName } from "../quote.ts";
import { checkShape, isLinear, isEmbedding, type Tensor } from "./tensors.ts";
import type { StoredWeight } from "./weight-files.ts";

/** The `quantization` of a config.json. */
export interface Int8Storage {
  /** Numbers that share a scale: 8 to 1024. */
  readonly block: number;
}

/**
 * Reads the `quantization` of a parsed config.json.
 *
 * @returns undefined if there is none.
 * @throws CheckpointError for another kind of quantization.
 */
export function parseInt8Storage(json: unknown): Int8Storage | undefined {
  const found = property(json, "quantization");
  if (found === undefined || found === null) return undefined;
  const [kind, block] = [property(found, "kind"), property(found, "block")];
  const isBlock = typeof block === "number" && Number.isInteger(block) && block >= 8 && block <= 1024;
  if (kind === "int8" && isBlock) return { block };
  throw new CheckpointError(`config.json: "quantization" is ${quoteValue(found)}`, {
    code: "unsupported",
    hint: 'supported: { "kind": "int8", "block": from 8 to 1024 }; "ostinato quantize" writes such checkpoints',
  });
}

function property(value: unknown, key: string): unknown {
  return typeof value === "object" && value !== null ? new Map(Object.entries(value)).get(key) : undefined;
}

const RELATIVE = /\.relative\.weight$/;

/** The shape of a tensor's scales; undefined for a tensor that is not stored in int8. */
function scalesShape(
  name: string,
  shape: readonly number[],
  { block }: Int8Storage,
): readonly number[] | undefined {
  const axis = isLinear(name) ? 0 : isEmbedding(name) || RELATIVE.test(name) ? shape.length - 1 : undefined;
  if (axis === undefined || (shape[axis] ?? 0) % block !== 0) return undefined;
  return shape.map((size, i) => (i === axis ? size / block : size));
}

/**
 * Joins int8 matrices with their scales.
 *
 * @throws CheckpointError when the scales of an int8 tensor are missing or have the wrong shape.
 */
export function withScales(
  stored: ReadonlyMap<string, StoredWeight>,
  storage: Int8Storage | undefined,
): Map<string, StoredWeight> {
  const joined = new Map<string, StoredWeight>();
  for (const [name, weight] of stored) {
    const owner = /^(.*)\.scales$/.exec(name)?.[1];
    if (owner !== undefined && stored.get(owner)?.dtype === "I8") continue;
    if (weight.dtype !== "I8") {
      joined.set(name, weight);
      continue;
    }
    const scales = stored.get(`${name}.scales`);
    const shape = storage && scalesShape(name, weight.shape, storage);
    if (!scales || !shape) {
      throw new CheckpointError(
        `${weight.fileName}: tensor ${quoteName(name)} is stored as I8 ${scales ? "in blocks that config.json does not describe" : "without scales"}`,
        {
          code: "unsupported",
          hint: 'config.json must have the "quantization" that the file was written with',
        },
      );
    }
    checkShape(`${name}.scales`, scales.shape, shape);
    joined.set(name, { ...weight, int8: { name, scales } });
  }
  return joined;
}

/**
 * Numbers times scales.
 *
 * @param shape of the tensor.
 * @param numbers those of the tensor from index `from` on.
 * @param scales all scales of the tensor.
 */
export function expandInt8(
  name: string,
  shape: readonly number[],
  numbers: Int8Array,
  scales: Float32Array,
  from = 0,
): Float32Array {
  const [inputs = 1, outputs = 1] = shape;
  const size = shape.reduce((product, length) => product * length, 1);
  const values = new Float32Array(numbers.length);
  if (isLinear(name)) {
    const block = (inputs * outputs) / scales.length;
    for (let i = 0; i < values.length; i += 1) {
      const row = Math.floor((from + i) / outputs);
      const column = from + i - row * outputs;
      values[i] = numbers[i]! * scales[Math.floor(row / block) * outputs + column]!;
    }
  } else {
    const block = size / scales.length;
    for (let i = 0; i < values.length; i += 1) {
      values[i] = numbers[i]! * scales[Math.floor((from + i) / block)]!;
    }
  }
  return values;
}

/**
 * Converts a tensor for storage: to int8 numbers and scales, or to F16.
 *
 * @throws CheckpointError for a value beyond the range of F16.
 */
export function int8Tensors(name: string, { shape, values }: Tensor, storage: Int8Storage): TensorBytes[] {
  const scaleShape = scalesShape(name, shape, storage);
  if (!scaleShape) return [storedHalves(name, shape, values)];
  const count = scaleShape.reduce((product, length) => product * length, 1);
  // The index of the scale of each value: expand numbers of 1 with scales that are their own index.
  const places = expandInt8(
    name,
    shape,
    new Int8Array(values.length).fill(1),
    Float32Array.from({ length: count }, (_, i) => i),
  );
  const largest = new Float32Array(count);
  for (const [i, value] of values.entries()) {
    const place = places[i]!;
    largest[place] = Math.max(largest[place]!, Math.abs(value));
  }
  const halves = Uint16Array.from(largest, (magnitude) => Math.max(1, halfBits(magnitude / 127)));
  const scaleBytes = new Uint8Array(halves.buffer);
  const scales = STORED_PRECISIONS.F16.expand(scaleBytes);
  const numbers = Int8Array.from(values, (value, i) => {
    const number = Math.round(value / scales[places[i]!]!);
    return Math.max(-127, Math.min(127, number));
  });
  return [
    { name, dtype: "I8", shape, bytes: new Uint8Array(numbers.buffer) },
    { name: `${name}.scales`, dtype: "F16", shape: scaleShape, bytes: scaleBytes },
  ];
}

/** @throws CheckpointError for a value beyond the range of F16. */
function storedHalves(name: string, shape: readonly number[], values: Float32Array): TensorBytes {
  const halves = Uint16Array.from(values, halfBits);
  const far = values.find((value) => Math.abs(value) >= 65520);
  if (far === undefined) return { name, dtype: "F16", shape, bytes: new Uint8Array(halves.buffer) };
  throw new CheckpointError(`tensor ${quoteName(name)} holds ${far}`, {
    code: "unsupported",
    hint: "values in half precision are at most 65504; keep this model in float32",
  });
}
