/**
 * In what form the matrices of a running decoder are kept, as a table: what a user asks for, by what runs the graph.
 * Vectors, positions and everything computed in between are float32 in every plan.
 */
import { type DecoderConfig, isBody, isTable } from "../checkpoint/index.ts";

/** What runs a graph: ONNX Runtime as a native library under Node, as WebAssembly, or on a graphics processor. */
export type Backend = "node" | "wasm" | "webgpu";

/** What a user can ask for; "auto" takes int8 for large models. */
export const PRECISIONS = ["fp32", "int8", "auto"] as const;

/** fp32 computes with what the checkpoint holds; int8 keeps matrices in a quarter of the memory, with scales in float32. */
export type Precision = (typeof PRECISIONS)[number];

/**
 * - `float32`: as it is.
 * - `int8-columns`: one scale for each output; what comes in is quantised while running, with one scale for all of it
 *   (ONNX Runtime's DynamicQuantizeMatMul).
 * - `int8-blocks`: one scale for each output and each block of inputs; what comes in is quantised while running, block by
 *   block, so that a row does not depend on the others (MatMulNBits).
 */
export type MatrixFormat = "float32" | "int8-columns" | "int8-blocks";

/** How one precision is carried out on one backend: the form of each kind of matrix, and the kernels to use. */
export interface PrecisionPlan {
  readonly name: string;
  /** Of the matrices in the blocks. */
  readonly body: MatrixFormat;
  /** Of the embedding, and of the head, which often is the same matrix. */
  readonly table: Exclude<MatrixFormat, "int8-columns">;
  /** Whether attention is written with FusedMatMul, which reads heads in place; WebGPU has no kernel for it. */
  readonly fused: boolean;
  /**
   * From which share of the nearest quarter of the relative vectors on all of that quarter are scored, and the scores that are
   * not needed thrown away; below it the vectors that are needed are copied, by one thread, while scores are computed by all,
   * quickly in Node, not so in WebAssembly.
   */
  readonly scoreAllFrom: number;
}

const FLOAT32 = { name: "float32", body: "float32", table: "float32", fused: true } as const;
const BLOCKS = { name: "int8-blocks", body: "int8-blocks", table: "int8-blocks", fused: true } as const;
/** Measured with 2048 vectors of 6 × 64, of which a share was then one of all. */
const [NODE, WEB] = [{ scoreAllFrom: 1 / 3 }, { scoreAllFrom: 1 / 2 }] as const;

/**
 * The plan of each precision on each backend, as the fastest kernels there want their matrices. `choosePlan` looks up here
 * what "auto" stands for.
 */
export const PLANS: Readonly<Record<Exclude<Precision, "auto">, Readonly<Record<Backend, PrecisionPlan>>>> = {
  fp32: {
    node: { ...FLOAT32, ...NODE },
    wasm: { ...FLOAT32, ...WEB },
    webgpu: { ...FLOAT32, ...WEB, fused: false },
  },
  int8: {
    node: { ...BLOCKS, ...NODE },
    // WebAssembly has no fast kernel for blocks.
    wasm: { name: "int8-columns", body: "int8-columns", table: "float32", fused: true, ...WEB },
    webgpu: { ...BLOCKS, ...WEB, fused: false },
  },
};

/**
 * From so many weights in matrices on, "auto" takes int8. Below, a step takes a few milliseconds either way, and float32
 * gives the same ids on every backend.
 */
const LARGE = 50_000_000;

/** The plan for what a user asked for. */
export function choosePlan(precision: Precision, backend: Backend, config: DecoderConfig): PrecisionPlan {
  const automatic = isLarge(config) ? "int8" : "fp32";
  return PLANS[precision === "auto" ? automatic : precision][backend];
}

/** Whether reading its weights is what takes a decoder's time. */
export function isLarge(config: DecoderConfig): boolean {
  return matrixWeights(config) >= LARGE;
}

/** How many numbers the matrices of a decoder hold. */
function matrixWeights({ layers, width, feedForward, vocabularySize, tiedHead }: DecoderConfig): number {
  return layers * (4 * width ** 2 + 2 * width * feedForward) + (tiedHead ? 1 : 2) * vocabularySize * width;
}

/** Of the sizes that both MatMulNBits and GatherBlockQuantized take, the largest is the smallest and fastest. */
const BLOCK_SIZES = [128, 64, 32];

/** Inputs that share a scale in `int8-blocks`; undefined where they cannot be divided evenly. */
export function blockSize(inputs: number): number | undefined {
  return BLOCK_SIZES.find((size) => inputs % size === 0);
}

/** The form of one tensor of a checkpoint, by its name and how many inputs it has. */
export function matrixFormat(plan: PrecisionPlan, name: string, inputs: number): MatrixFormat {
  const format = isTable(name) ? plan.table : isBody(name) ? plan.body : "float32";
  return format === "int8-blocks" && blockSize(inputs) === undefined ? "float32" : format;
}
