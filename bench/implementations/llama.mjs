/** node-llama-cpp with ids as input: the prebuilt CPU build of llama.cpp from npm. */
import { getLlama, LlamaLogLevel } from "node-llama-cpp";

/** @param file a GGUF file. */
export async function loadLlama(file, threads) {
  const llama = await getLlama({
    gpu: false,
    build: "never",
    logLevel: LlamaLogLevel.error,
    maxThreads: threads,
  });
  const model = await llama.loadModel({ modelPath: file });
  const context = await model.createContext({
    contextSize: 1024,
    batchSize: 1024,
    threads: { ideal: threads, min: threads },
  });
  const sequence = context.getSequence();
  return {
    times: async (prompt, count) => {
      await sequence.clearHistory();
      const times = [];
      const start = performance.now();
      for await (const _ of sequence.evaluate(prompt, { temperature: 0, yieldEogToken: true })) {
        if (times.push(performance.now() - start) === count) return times;
      }
    },
  };
}
