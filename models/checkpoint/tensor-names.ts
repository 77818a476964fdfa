/** Names of tensors in files, and their own. */

/** GPT-2's buffers: the causal mask and its value, stored as if they were weights. */
const BUFFER = /\.attn\.(masked_)?bias$/;

/** Hugging Face puts `transformer.` before all but the head. */
export function ownName(stored: string): string {
  return stored.replace(/^transformer\./, "");
}

/** Whether a tensor of this own name is none of the weights. */
export function isBuffer(name: string): boolean {
  return BUFFER.test(name);
}
