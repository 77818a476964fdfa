/**
 * Quantization schemes: the format of the matrices of a running decoder, by precision and backend. Vectors, positions and
 * activations are float32 in every scheme.
 */
import { type DecoderConfig, isLinear, isEmbedding } from "../checkpoint/index.ts";
import { CheckpointError } from "../errors.ts";

/** ONNX Runtime as a native library in Node, as WebAssembly, or with WebGPU. */
export type Backend = "node" | "wasm" | "webgpu";

/** The values of the option `precision`; "auto" selects int8 for large models. */
export const PRECISIONS = ["fp32", "int8", "int4", "auto"] as const;

/**
 * fp32 computes with the checkpoint's values; int8 quantizes matrices to a quarter of the memory, with float32 scales; int4 to a seventh.
 */
export type Precision = (typeof PRECISIONS)[number];

/**
 * - `float32`: not quantized.
 * - `int8-columns`: one scale per output, in the head per id; activations are quantized at run time with one scale for all of them
 *   (ONNX Runtime's DynamicQuantizeMatMul).
 * - `int8-blocks`: one scale per output and block of inputs; activations are quantized at run time by block, so that a row
 *   does not depend on other rows (MatMulNBits).
 * - `int4-blocks`: the same with 4 bits and smaller blocks.
 */
export type MatrixFormat = "float32" | "int8-columns" | BlockFormat;

/** The formats of MatMulNBits. */
export type BlockFormat = "int8-blocks" | "int4-blocks";

/** The formats and kernels of one precision on one backend. */
export interface QuantizationScheme {
  readonly name: string;
  /** Format of the linear layers in the blocks. */
  readonly linear: MatrixFormat;
  /** Format of the embedding and of the head, which often is the same matrix. */
  readonly embedding: MatrixFormat;
  /**
   * Whether attention gives a row the same bits in a run of a few rows as alone: see `exact-attention.ts`. For `int8-blocks`, whose
   * matrix products do.
   */
  readonly isExact: boolean;
  /** Whether attention uses FusedMatMul, which reads heads in place; WebGPU has no kernel for it. */
  readonly fused: boolean;
  /**
   * Fraction of the nearest quarter of the relative vectors above which the whole quarter is scored and unneeded scores are
   * dropped. Below it the needed vectors are copied first: one thread copies, all threads score; copying is fast in Node and
   * slow in WebAssembly.
   */
  readonly fullTierThreshold: number;
  /** Whether the heads are the first axis of the cache, in models that allow it: see `isHeadsFirst`. */
  readonly headsFirst: boolean;
}

const FLOAT32 = {
  name: "float32",
  linear: "float32",
  embedding: "float32",
  fused: true,
  isExact: false,
} as const;
const BLOCKS = {
  name: "int8-blocks",
  linear: "int8-blocks",
  embedding: "int8-blocks",
  fused: true,
  isExact: false,
} as const;
/** Measured with 2048 vectors of 6 × 64, when the fraction was of all vectors. */
const NODE = { fullTierThreshold: 1 / 3, headsFirst: true } as const;
const WEB = { fullTierThreshold: 1 / 2, headsFirst: false } as const;

/**
 * The scheme of each precision on each backend, in the formats of its fastest kernels.
 */
export const SCHEMES: Readonly<
  Record<"fp32" | "int8", Readonly<Record<Backend, QuantizationScheme>>> & {
    readonly int4: { readonly node: QuantizationScheme };
  }
> = {
  fp32: {
    node: { ...FLOAT32, ...NODE },
    wasm: { ...FLOAT32, ...WEB },
    webgpu: { ...FLOAT32, ...WEB, fused: false },
  },
  int8: {
    node: { ...BLOCKS, isExact: true, ...NODE },
    // WebAssembly has no fast kernel for blocks.
    wasm: { ...FLOAT32, name: "int8-columns", linear: "int8-columns", ...WEB },
    webgpu: { ...BLOCKS, ...WEB, fused: false },
  },
  int4: {
    node: { ...BLOCKS, name: "int4-blocks", linear: "int4-blocks", embedding: "int4-blocks", ...NODE },
  },
};

/**
 * In WebAssembly int8 makes the head of a large model 8 bits too: at GPT-2's 124M it is two fifths of the bytes of a step, and 8 bits take
 * half the time. In a small model it is a small part, and stays float32 for accuracy.
 */
const LARGE_INT8_WASM: QuantizationScheme = {
  ...SCHEMES.int8.wasm,
  name: "int8-columns-and-head",
  embedding: "int8-columns",
};

/**
 * Matrix weights from which "auto" selects int8. Smaller models take a few milliseconds per step in both precisions, and
 * float32 gives the same ids on every backend.
 */
const LARGE = 50_000_000;

/** @throws CheckpointError for a precision that the backend does not have. */
function schemeOf(precision: Exclude<Precision, "auto">, backend: Backend): QuantizationScheme {
  if (precision !== "int4") return SCHEMES[precision][backend];
  if (backend === "node") return SCHEMES.int4.node;
  throw new CheckpointError(`the precision int4 needs the native runtime, and this one is ${backend}`, {
    code: "unsupported",
    hint: "use int8: WebAssembly computes with 4 bits far slower than with 8",
  });
}

/**
 * The scheme of a precision on a backend. In a small model with relative attention, exact rows would cost 5 to 20 % of a step, and
 * drafts save little.
 *
 * @throws CheckpointError for int4 on another backend than Node's.
 */
export function chooseScheme(
  precision: Precision,
  backend: Backend,
  config: DecoderConfig,
): QuantizationScheme {
  const automatic = isLarge(config) ? "int8" : "fp32";
  const scheme = schemeOf(precision === "auto" ? automatic : precision, backend);
  if (scheme === SCHEMES.int8.wasm && isLarge(config)) return LARGE_INT8_WASM;
  const isCheap = config.position.kind === "learned" || isLarge(config);
  return scheme.isExact && !isCheap ? { ...scheme, isExact: false } : scheme;
}

/**
 * Whether the heads are the first axis of the cache, so that memory is read in order. The rows of a head then need room to grow, which is
 * read too. So WebAssembly, which copies the cache for every run, has the positions first; as has relative attention, whose window slides.
 */
export function isHeadsFirst(
  { heads, position }: DecoderConfig,
  { headsFirst }: QuantizationScheme,
): boolean {
  return headsFirst && heads > 1 && position.kind === "learned";
}

/** Whether "auto" selects int8: the time of a step is that of reading the weights. */
export function isLarge(config: DecoderConfig): boolean {
  return matrixWeights(config) >= LARGE;
}

/** Number of matrix weights. */
function matrixWeights({ layers, width, feedForward, vocabularySize, tiedHead }: DecoderConfig): number {
  return layers * (4 * width ** 2 + 2 * width * feedForward) + (tiedHead ? 1 : 2) * vocabularySize * width;
}

/** Block sizes of both MatMulNBits and GatherBlockQuantized; the largest takes the least memory and time. */
const BLOCK_SIZES = [128, 64, 32];
/**
 * With 4 bits, blocks of 128 lose too much. In small models, of fewer inputs than this, those of 64 do too, and an embedding has 8 bits:
 * with 4 it would cause nearly half of the loss of `piano`.
 */
const MANY_INPUTS = 512;

/** Bits of a weight. */
export const BITS = { "int8-blocks": 8, "int4-blocks": 4 } as const;

export function isBlockFormat(format: MatrixFormat): format is BlockFormat {
  return format === "int8-blocks" || format === "int4-blocks";
}

/** Inputs that share a scale; undefined if no block size divides the inputs. */
export function blockSize(inputs: number, format: BlockFormat = "int8-blocks"): number | undefined {
  const most = format === "int8-blocks" ? 128 : inputs < MANY_INPUTS ? 32 : 64;
  return BLOCK_SIZES.find((size) => size <= most && inputs % size === 0);
}

/** The format of a tensor of a checkpoint, by its name and number of inputs. */
export function matrixFormat(scheme: QuantizationScheme, name: string, inputs: number): MatrixFormat {
  const named = isEmbedding(name) ? scheme.embedding : isLinear(name) ? scheme.linear : "float32";
  const isSmallTable = named === "int4-blocks" && isEmbedding(name) && inputs < MANY_INPUTS;
  const format = isSmallTable ? "int8-blocks" : named;
  return isBlockFormat(format) && blockSize(inputs, format) === undefined ? "float32" : format;
}
