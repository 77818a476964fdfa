/** A page that loads a text model and generates, for `hub.test.ts`. */
import { loadTextModel } from "../../../src/platform/browser/index.ts";
import { CheckpointError } from "../../../models/index.ts";

/** The request of the test. */
export interface TextQuestion {
  readonly model: string;
  readonly cache?: string;
}

export interface TextAnswer {
  readonly text?: string;
  readonly error?: { readonly code: string; readonly message: string };
  /** Loaded bytes of the weights at each progress call. */
  readonly loadedBytes: readonly number[];
  /** Of them, when it was told last. */
  readonly totalBytes: number | undefined;
}

async function write({ model, cache }: TextQuestion): Promise<TextAnswer> {
  const loadedBytes: number[] = [];
  let total: number | undefined;
  const answer = (rest: Pick<TextAnswer, "text" | "error">): TextAnswer => ({
    ...rest,
    loadedBytes,
    totalBytes: total,
  });
  try {
    const loaded = await loadTextModel(model, {
      ...(cache === undefined ? {} : { cache }),
      wasm: { threads: 1 },
      retryDelay: 1,
      onProgress: ({ file, loadedBytes: bytes, totalBytes }) => {
        Reflect.get(globalThis, "arrived")({ file, loadedBytes: bytes });
        if (!/\.(safetensors|bin)$/.test(file)) return;
        loadedBytes.push(bytes);
        total = totalBytes;
      },
    });
    const { text } = await loaded.generate("the", { temperature: 0, tokens: 15, seed: 1 });
    await loaded.dispose();
    return answer({ text });
  } catch (error) {
    if (!(error instanceof CheckpointError)) throw error;
    return answer({ error: { code: error.code, message: error.message } });
  }
}

Object.defineProperty(globalThis, "write", { value: write });
