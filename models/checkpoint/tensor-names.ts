/** Names of tensors in files, and in `tensorShapes`. */

/** GPT-2's buffers: the causal mask and its value, stored among the weights. */
const BUFFER = /\.attn\.(masked_)?bias$/;

/** The name without Hugging Face's prefix `transformer.`, which all tensors except the head have. */
export function ownName(stored: string): string {
  return stored.replace(/^transformer\./, "");
}

/** Whether a name without prefix is that of a buffer. */
export function isBuffer(name: string): boolean {
  return BUFFER.test(name);
}
