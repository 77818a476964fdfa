/** transformers.js with ids as input: its model and its generation, without the tokenizer. */
import { basename, dirname } from "node:path";
import { cpuMs } from "../tools.mjs";

/**
 * @param folder of GPT-2, with `onnx/model.onnx` and `onnx/model_quantized.onnx`.
 * @param backend "node", or "wasm": the backend of browsers, here in Node.
 * @param dtype "fp32" or "q8".
 */
export async function loadTransformersJs(folder, backend, dtype, threads) {
  const ort = backend === "wasm" ? await import("onnxruntime-web") : undefined;
  // transformers.js reads the ONNX Runtime of its host from here.
  if (ort) globalThis[Symbol.for("onnxruntime")] = ort;
  const { AutoModelForCausalLM, BaseStreamer, env, Tensor } = await import("@huggingface/transformers");
  env.allowRemoteModels = false;
  env.localModelPath = dirname(folder);
  if (ort) {
    ort.env.wasm.numThreads = threads;
    ort.env.wasm.wasmPaths = undefined; // the files of the package, not those of a server
  }
  const model = await AutoModelForCausalLM.from_pretrained(basename(folder), {
    dtype,
    device: ort ? "auto" : "cpu",
    ...(ort || threads === undefined ? {} : { session_options: { intraOpNumThreads: threads } }),
  });
  const tensor = (ids) => new Tensor("int64", BigInt64Array.from(ids, BigInt), [1, ids.length]);
  const ones = (length) => new Tensor("int64", new BigInt64Array(length).fill(1n), [1, length]);

  class Clock extends BaseStreamer {
    times = [];
    cpu = [];
    #isPrompt = true;
    put() {
      if (!this.#isPrompt) {
        this.times.push(performance.now());
        this.cpu.push(cpuMs());
      }
      this.#isPrompt = false;
    }
    end() {}
  }

  const generate = (prompt, count, streamer) =>
    model.generate({
      inputs: tensor(prompt),
      attention_mask: ones(prompt.length),
      max_new_tokens: count,
      min_new_tokens: count,
      do_sample: false,
      eos_token_id: null,
      ...(streamer ? { streamer } : {}),
    });

  return {
    /** `[ids, vocabulary]` */
    logits: async (ids) => {
      const { logits } = await model({ input_ids: tensor(ids), attention_mask: ones(ids.length) });
      return logits.data;
    },
    greedy: async (prompt, count) => {
      const output = await generate(prompt, count);
      return Array.from(output.data, Number).slice(prompt.length);
    },
    times: async (prompt, count) => {
      const clock = new Clock();
      const start = performance.now();
      await generate(prompt, count, clock);
      return { times: clock.times.map((time) => time - start), cpu: clock.cpu };
    },
    dispose: () => model.dispose(),
  };
}
