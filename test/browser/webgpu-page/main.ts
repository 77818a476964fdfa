/** A page that runs a model, for `webgpu.test.ts`. */
import { createWebGpuRuntime, type Decoder } from "../../../src/engine/index.ts";
import { loadDecoder, type LoadModelOptions } from "../../../src/platform/browser/index.ts";

/** The request of the test. */
export interface Question {
  readonly model: string;
  readonly ids: readonly number[];
  readonly options: Pick<LoadModelOptions, "backend" | "precision">;
}

export interface Answer {
  /** The backend. */
  readonly backend: string;
  readonly warnings: readonly string[];
  /** Logits of every id, from one run. `[ids, vocabularySize]` */
  readonly whole: readonly number[];
  /** The same, with one id per run. */
  readonly steps: readonly number[];
  /** Attention weights of the last id in every layer. */
  readonly attention: readonly (readonly number[])[];
}

/** A model of activation functions, the numbers to apply them to, and prelu's weight. */
export interface ActivationQuestion {
  readonly model: readonly number[];
  readonly x: readonly number[];
  readonly slope: number;
}

/** Disposed of together: shaders are compiled once for all that are there. */
const decoders: Decoder[] = [];

async function answer({ model, ids, options }: Question): Promise<Answer> {
  const warnings: string[] = [];
  const decoder = await loadDecoder(new URL(model, document.baseURI), {
    ...options,
    wasm: { threads: 1 },
    onWarning: (message) => warnings.push(message),
  });
  decoders.push(decoder);
  const whole = await decoder.forward(ids, decoder.createCache(), { logits: "all" });
  const cache = decoder.createCache();
  const steps: number[] = [];
  let attention: number[][] = [];
  for (const id of ids) {
    const layers = Array.from({ length: decoder.config.layers }, (_, layer) => layer);
    const step = await decoder.forwardWithAttention([id], cache, { layers });
    steps.push(...step.logits);
    attention = step.attention.map(({ weights }) => [...weights]);
  }
  return { backend: decoder.backend, warnings, whole: [...whole], steps, attention };
}

async function dispose(): Promise<void> {
  for (const decoder of decoders.splice(0)) await decoder.dispose();
}

/** Runs a graph with the input "x" and the weight "slope" `[1]` on WebGPU. @returns its results by name. */
async function activations({ model, x, slope }: ActivationQuestion): Promise<Record<string, number[]>> {
  const runtime = await createWebGpuRuntime();
  const weights = new Map([["slope", Float32Array.of(slope)]]);
  const session = await runtime.createSession(Uint8Array.from(model), weights);
  const found = await session.run({ x: { type: "float32", data: Float32Array.from(x), shape: [x.length] } });
  await session.dispose();
  return Object.fromEntries([...found].map(([name, { data }]) => [name, [...data]]));
}

Object.assign(globalThis, { activations, answer, dispose });
