/** A small checkpoint in PyTorch's format, whose values identify their position. */
import { checkpointInMemory, parseConfig, tensorShapes } from "../../../models/index.ts";
import { type Instructions, storage, tensor, text } from "./pytorch-file.ts";

export const WTE = "transformer.wte.weight";

export const CONFIG = { model_type: "gpt2", vocab_size: 5, n_layer: 1, n_embd: 4, n_head: 2, n_positions: 8 };
export const SHAPES = tensorShapes(parseConfig(CONFIG));

/** Every tensor of `CONFIG` in a storage of its own, all counting up from 0. */
export function plain(
  type = "FloatStorage",
  make: (values: number[]) => ArrayBufferView<ArrayBuffer> = Float32Array.from.bind(Float32Array),
) {
  const tensors: Record<string, Instructions> = {};
  const storages: Record<string, ArrayBufferView<ArrayBuffer>> = {};
  for (const [i, [name, shape]] of [...SHAPES].entries()) {
    const size = shape.reduce((product, length) => product * length, 1);
    tensors[`transformer.${name}`] = tensor(storage(type, String(i), size), 0, shape);
    storages[String(i)] = make(Array.from({ length: size }, (_, at) => at));
  }
  return { tensors, storages };
}

export function filesOf(file: Uint8Array, config: object = CONFIG) {
  return checkpointInMemory(
    new Map([
      ["config.json", text(JSON.stringify(config))],
      ["pytorch_model.bin", file],
    ]),
  );
}
