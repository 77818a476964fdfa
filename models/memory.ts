/**
 * Whether an error says that memory ran out. Neither JavaScript nor ONNX Runtime has a type for it, so the words are what
 * there is: V8's, SpiderMonkey's and JavaScriptCore's for arrays that cannot be had, C++'s, ONNX Runtime's allocators',
 * and Emscripten's.
 */
export function isOutOfMemory(error: unknown): boolean {
  return error instanceof Error && OUT_OF_MEMORY.test(error.message);
}

const OUT_OF_MEMORY = new RegExp(
  [
    "out of memory",
    "allocation failed", // V8: Array buffer allocation failed
    "could not allocate memory", // V8: WebAssembly.Memory(): could not allocate memory
    "invalid (typed )?array (buffer )?length", // V8: more than any machine has
    "bad_alloc",
    "failed to allocate", // ONNX Runtime: Failed to allocate memory for requested buffer of size …
    "smaller than requested bytes", // ONNX Runtime: Available memory of … is smaller than requested bytes of …
    "tensor shape is too large", // ONNX Runtime: more bytes than an address reaches, 4 GB in WebAssembly
    "\\bOOM\\b", // Emscripten: Aborted(OOM)
    "cannot enlarge memory",
  ].join("|"),
  "i",
);
