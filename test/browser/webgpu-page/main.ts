/** A page that runs a model, for `webgpu.test.ts`. */
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

async function answer({ model, ids, options }: Question): Promise<Answer> {
  const warnings: string[] = [];
  const decoder = await loadDecoder(new URL(model, document.baseURI), {
    ...options,
    wasm: { threads: 1 },
    onWarning: (message) => warnings.push(message),
  });
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
  await decoder.dispose();
  return { backend: decoder.backend, warnings, whole: [...whole], steps, attention };
}

Object.defineProperty(globalThis, "answer", { value: answer });
