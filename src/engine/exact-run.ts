/** Whether each row of a run has the same bits as in a run of its own: see `models/graph/exact-attention.ts`. */
import { blockSize, type DecoderConfig, EXACT_ROWS, GROUP_ROWS } from "../../models/index.ts";
import type { KeyValueCache } from "./cache.ts";

/** Maximum number of rows of a run that have the same bits as in single runs, where the processor allows it. At least one. */
export function exactRunLength({ length, position, shape }: KeyValueCache): number {
  // The first group of a past of less than a group is rows of zeros.
  if (length < GROUP_ROWS) return 1;
  // When the window slides, the groups of positions change. With an attention sink they stay the same until the next eviction.
  const left = shape.sink ? Infinity : shape.limit - position + 1;
  return Math.max(1, Math.min(EXACT_ROWS, left));
}

/** Whether all matrices have blocks, and products of relative vectors have whole groups. */
export function hasExactShape(config: DecoderConfig): boolean {
  const { width, feedForward, position } = config;
  const hasGroups = position.kind === "learned" || position.maxDistance % (4 * GROUP_ROWS) === 0;
  return hasGroups && [width, feedForward].every((inputs) => blockSize(inputs) !== undefined);
}

/** The methods of a decoder that the check uses. */
interface Reader {
  readonly config: DecoderConfig;
  createCache(): KeyValueCache;
  forward(
    ids: readonly number[],
    cache: KeyValueCache,
    options?: { readonly logits: "all" },
  ): Promise<Float32Array>;
}

const [BEFORE, ROWS] = [6, 5] as const;

/**
 * Reads a few rows in one run and one by one, and compares all bits: the order of the sums of ONNX Runtime depends on the processor.
 * Takes the time of about seven ids.
 */
export async function readsRowsExactly(decoder: Reader): Promise<boolean> {
  const { window, vocabularySize, layers } = decoder.config;
  if (window < BEFORE + ROWS) return false;
  const ids = Array.from({ length: BEFORE + ROWS }, (_, i) => (i * 7919) % vocabularySize);
  const together = decoder.createCache();
  await decoder.forward(ids.slice(0, BEFORE), together);
  const single = together.fork();
  const all = await decoder.forward(ids.slice(BEFORE), together, { logits: "all" });
  for (let row = 0; row < ROWS; row += 1) {
    const one = await decoder.forward(ids.slice(BEFORE + row, BEFORE + row + 1), single);
    if (!isSame(one, all.subarray(row * vocabularySize, (row + 1) * vocabularySize))) return false;
  }
  for (let layer = 0; layer < layers; layer += 1) {
    if (!isSame(together.keys(layer), single.keys(layer))) return false;
    if (!isSame(together.values(layer), single.values(layer))) return false;
  }
  return true;
}

function isSame(a: Float32Array, b: Float32Array): boolean {
  return a.length === b.length && a.every((number, i) => number === b[i]);
}
