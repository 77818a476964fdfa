/**
 * Whether an error reports that memory ran out. Neither JavaScript nor ONNX Runtime has an error type for it, so its message is compared
 * with those of V8, SpiderMonkey and JavaScriptCore for failed array allocations, of C++, of ONNX Runtime's allocators, and of Emscripten.
 */
export function isOutOfMemory(error: unknown): boolean {
  return error instanceof Error && OUT_OF_MEMORY.test(error.message);
}

const OUT_OF_MEMORY = new RegExp(
  [
    "out of memory",
    "allocation failed", // V8: Array buffer allocation failed
    "could not allocate memory", // V8: WebAssembly.Memory(): could not allocate memory
    "invalid (typed )?array (buffer )?length", // V8: a length above its maximum
    "bad_alloc",
    "failed to allocate", // ONNX Runtime: Failed to allocate memory for requested buffer of size …
    "smaller than requested bytes", // ONNX Runtime: Available memory of … is smaller than requested bytes of …
    "tensor shape is too large", // ONNX Runtime: more than the address space, 4 GB in WebAssembly
    "\\bOOM\\b", // Emscripten: Aborted(OOM)
    "cannot enlarge memory",
  ].join("|"),
  "i",
);
