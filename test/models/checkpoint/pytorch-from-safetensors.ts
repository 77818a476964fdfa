import { readSafetensors } from "../../../models/index.ts";
import { type Instructions, pytorchFile, storage, tensor } from "./pytorch-file.ts";

/** A `pytorch_model.bin` with those float32 tensors of a safetensors file that `isWanted` names. */
export function pytorchFromSafetensors(
  file: Uint8Array,
  isWanted: (name: string) => boolean = () => true,
): Uint8Array {
  const tensors: Record<string, Instructions> = {};
  const storages: Record<string, Uint8Array<ArrayBuffer>> = {};
  for (const [key, { name, shape, begin, end }] of readSafetensors(file).entries()) {
    if (!isWanted(name)) continue;
    tensors[name] = tensor(storage("FloatStorage", String(key), (end - begin) / 4), 0, shape);
    storages[key] = Uint8Array.from(file.subarray(begin, end));
  }
  return pytorchFile(tensors, storages);
}
