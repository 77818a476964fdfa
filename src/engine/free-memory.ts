/** Minimum size of results that are freed at once, in bytes: those of chunks of a prompt, not those of single ids. */
const LARGE = 2 ** 20;

/**
 * Frees the memory of a large array that owns its buffer; its length is then 0. Without this, the results of many runs stay in
 * memory until the garbage collector runs: with GPT-2 124M, up to 60 MB after a prompt of 1,000 ids.
 */
export function freeMemory({ buffer, byteLength }: Float32Array): void {
  if (byteLength < LARGE || byteLength < buffer.byteLength || !(buffer instanceof ArrayBuffer)) return;
  // The transfer detaches the buffer, which is freed with the message.
  const { port1, port2 } = new MessageChannel();
  port1.postMessage(null, [buffer]);
  port1.close();
  port2.close();
}
