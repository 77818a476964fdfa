/** Parameter counts and memory of a decoder, from its config alone. */
import { type DecoderConfig, headSize, isEmbedding, tensorShapes } from "../checkpoint/index.ts";
import {
  BITS,
  blockSize,
  isBlockFormat,
  matrixFormat,
  type QuantizationScheme,
} from "./quantization-scheme.ts";

/** One tensor of a decoder, and its number of parameters. */
export interface TensorCount {
  /** Without the name of its group. */
  readonly name: string;
  readonly shape: readonly number[];
  readonly parameters: number;
}

/** A group of tensors; the blocks, which have equal shapes, are one group that repeats. */
export interface TensorGroup {
  /** "embedding", "block", "final norm" or "head". */
  readonly name: string;
  readonly repeats: number;
  readonly tensors: readonly TensorCount[];
  /** Of one repeat. */
  readonly parameters: number;
}

/** The tensors of a decoder by group, from input to output, and the total number of parameters. */
export interface ParameterCount {
  readonly groups: readonly TensorGroup[];
  readonly parameters: number;
}

/** Counts the parameters of every tensor, by block and in total. */
export function countParameters(config: DecoderConfig): ParameterCount {
  const tensors = [...tensorShapes(config)].map(([name, shape]) => ({
    name,
    shape,
    parameters: product(shape),
  }));
  const group = (name: string, repeats: number, prefix: string, strip = false): TensorGroup => {
    const members = tensors
      .filter((tensor) => tensor.name.startsWith(prefix))
      .map((tensor) => ({ ...tensor, name: strip ? tensor.name.slice(prefix.length) : tensor.name }));
    return { name, repeats, tensors: members, parameters: sum(members.map((each) => each.parameters)) };
  };
  const groups = [
    group("embedding", 1, "w"),
    group("block", config.layers, "h.0.", true),
    group("final norm", 1, "ln_f"),
    group("head", 1, "lm_head"),
  ].filter(({ tensors: members }) => members.length > 0);
  return { groups, parameters: sum(groups.map((each) => each.repeats * each.parameters)) };
}

/** Bytes of the weights of a running decoder in a scheme, scales included. */
export function weightBytes(config: DecoderConfig, scheme: QuantizationScheme): number {
  return sum(
    [...tensorShapes(config)].map(([name, shape]) => {
      const [rows = 1, columns = 1] = shape;
      const inputs = isEmbedding(name) ? columns : rows;
      const count = product(shape);
      const format = shape.length === 2 ? matrixFormat(scheme, name, inputs) : "float32";
      if (format === "int8-columns") return count + 4 * (isEmbedding(name) ? rows : columns);
      const block = isBlockFormat(format) ? blockSize(inputs, format) : undefined;
      if (!isBlockFormat(format) || block === undefined) return 4 * count;
      return (count * BITS[format]) / 8 + (4 * count) / block;
    }),
  );
}

/** Bytes of keys and values, in float32, that each id adds to the cache. */
export function cacheBytesPerId(config: DecoderConfig): number {
  return 4 * 2 * config.layers * config.heads * headSize(config);
}

function product(shape: readonly number[]): number {
  return shape.reduce((total, size) => total * size, 1);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
