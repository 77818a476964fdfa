/** transformers.js, given ids: the model alone, without its tokenizer. */
import { basename, dirname } from "node:path";

/**
 * @param folder GPT-2's, with `onnx/model.onnx` and `onnx/model_quantized.onnx`.
 * @param device "cpu", or "wasm" for its browser backend.
 * @param dtype "fp32" or "q8".
 */
export async function loadTransformersJs(folder, device, dtype, threads) {
  const { AutoModelForCausalLM, env, Tensor } = await import("@huggingface/transformers");
  env.allowRemoteModels = false;
  env.localModelPath = dirname(folder);
  if (device === "wasm" && threads !== undefined) env.backends.onnx.wasm.numThreads = threads;
  const model = await AutoModelForCausalLM.from_pretrained(basename(folder), { device, dtype });
  const tensor = (ids) => new Tensor("int64", BigInt64Array.from(ids, BigInt), [1, ids.length]);
  const ones = (length) => new Tensor("int64", new BigInt64Array(length).fill(1n), [1, length]);
  return {
    /** `[ids, vocabulary]` */
    logits: async (ids) => {
      const { logits } = await model({ input_ids: tensor(ids), attention_mask: ones(ids.length) });
      return logits.data;
    },
    greedy: async (prompt, count) => {
      const inputs = { inputs: tensor(prompt), attention_mask: ones(prompt.length) };
      const limits = { max_new_tokens: count, min_new_tokens: count, do_sample: false, eos_token_id: null };
      const output = await model.generate({ ...inputs, ...limits });
      return Array.from(output.data, Number).slice(prompt.length);
    },
    dispose: () => model.dispose(),
  };
}
