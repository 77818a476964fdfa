/**
 * Matrices that are stored in int8, a half of fp16: what lets a larger model fit. A way of storing only: they are expanded
 * to float32 while loading, whatever they are computed with then.
 *
 * config.json says `"quantization": { "kind": "int8", "block": 64 }`. A matrix `name` is then an I8 tensor of its usual shape
 * beside a tensor `name.scales` (F16), and its values are the numbers times their scales. `block` numbers share a scale,
 * those of consecutive inputs of one output:
 *
 *     h.i.attn.c_attn.weight, …  [in, out]                   scales [in / block, out]
 *     wte.weight, lm_head.weight [rows, width]               scales [rows, width / block]
 *     h.i.attn.relative.weight   [heads, distance, headSize] scales [heads, distance, headSize / block]
 *
 * Vectors and learned positions, and matrices whose inputs the block does not divide, are stored as ever.
 */
import { CheckpointError } from "../errors.ts";
import { halfBits, STORED_PRECISIONS } from "./precision.ts";
import type { TensorBytes } from "./safetensors.ts";
import { quoteValue, quoteName } from "../quote.ts";
import { checkShape, isLinear, isEmbedding, type Tensor } from "./tensors.ts";
import type { StoredWeight } from "./weight-files.ts";

/** How a checkpoint's int8 matrices are divided: the `quantization` of its config.json. */
export interface Int8Storage {
  /** How many numbers share a scale: 8 to 1024. */
  readonly block: number;
}

/**
 * Reads the `quantization` of a parsed config.json.
 *
 * @throws CheckpointError when it is another one than this.
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

/** The shape of a tensor's scales; undefined for one that is not stored in int8. */
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
 * Puts scales to their matrices.
 *
 * @throws CheckpointError when an int8 tensor has no scales, scales have no int8 tensor or another shape.
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

/** Numbers times scales, for the values of a tensor from index `from` on. */
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

/** A tensor as it is stored: itself in half precision, or int8 numbers and scales. */
export function int8Tensors(name: string, { shape, values }: Tensor, storage: Int8Storage): TensorBytes[] {
  const scaleShape = scalesShape(name, shape, storage);
  if (!scaleShape) return [storedHalves(name, shape, values)];
  const count = scaleShape.reduce((product, length) => product * length, 1);
  // Which scale a value has: the place of the value when the numbers count themselves.
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

/** @throws CheckpointError for a value that half precision does not reach. */
function storedHalves(name: string, shape: readonly number[], values: Float32Array): TensorBytes {
  const halves = Uint16Array.from(values, halfBits);
  const far = values.find((value) => Math.abs(value) >= 65520);
  if (far === undefined) return { name, dtype: "F16", shape, bytes: new Uint8Array(halves.buffer) };
  throw new CheckpointError(`tensor ${quoteName(name)} holds ${far}`, {
    code: "unsupported",
    hint: "half precision ends at 65504; this model cannot be stored in it",
  });
}
