/** Compiles the WebAssembly code that a model needs, before its weights are loaded. */
import { type DecoderConfig, type Precision, type Tensor, tensorShapes } from "../../models/index.ts";
import { Decoder } from "./decoder.ts";
import type { Runtime } from "./runtime.ts";

/**
 * Loads and runs a small decoder of the same architecture, whose weights are 0. Browsers compile a WebAssembly function when it is first
 * called, which takes most of the time of the first session and step of `models/piano`.
 *
 * @throws EngineError when ONNX Runtime fails.
 */
export async function warmUp(config: DecoderConfig, runtime: Runtime, precision: Precision): Promise<void> {
  const small = smallConfig(config);
  const tensors = [...tensorShapes(small)].map(([name, shape]): [string, Tensor] => {
    const length = shape.reduce((product, size) => product * size, 1);
    return [name, { shape, values: new Float32Array(length) }];
  });
  const decoder = await Decoder.load({ config: small, tensors, runtime, precision });
  try {
    const cache = decoder.createCache(true);
    await decoder.forward([0, 0], cache);
    await decoder.forward([0], cache);
  } finally {
    await decoder.dispose();
  }
}

/** The same operators, on small matrices. */
function smallConfig(config: DecoderConfig): DecoderConfig {
  const { heads, position } = config;
  return {
    ...config,
    layers: 2,
    width: 4 * heads,
    feedForward: 16,
    window: 16,
    position: position.kind === "relative" ? { ...position, maxDistance: 8 } : position,
  };
}
