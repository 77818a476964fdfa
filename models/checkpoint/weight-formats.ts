/** The formats of weight files, in order of preference. */
import type { CheckpointErrorCode } from "../errors.ts";
import type { CheckpointFile } from "./files.ts";
import { type PytorchTensor, readPytorch } from "./pytorch.ts";
import { headerBytes, LENGTH_BYTES, parseHeader, type StoredTensor } from "./safetensors.ts";

/** Names and reader of one format. */
export interface WeightFormat {
  /** The file with all weights. */
  readonly whole: string;
  /** The index of shards: file name by tensor name. */
  readonly index: string;
  /** Valid names of shards. Paths are not allowed, so that an index cannot refer to files outside the checkpoint. */
  readonly shard: RegExp;
  /** Error code for damaged files. */
  readonly damaged: CheckpointErrorCode;
  /** Reads the header of a file. */
  readonly read: (file: CheckpointFile) => Promise<readonly PytorchTensor[]>;
}

export const WEIGHT_FORMATS: readonly WeightFormat[] = [
  {
    whole: "model.safetensors",
    index: "model.safetensors.index.json",
    shard: /^[\w-][\w.-]*\.safetensors$/,
    damaged: "bad-safetensors",
    read: readSafetensorsFile,
  },
  {
    whole: "pytorch_model.bin",
    index: "pytorch_model.bin.index.json",
    shard: /^[\w-][\w.-]*\.bin$/,
    damaged: "bad-pytorch",
    read: readPytorch,
  },
];

async function readSafetensorsFile(file: CheckpointFile): Promise<StoredTensor[]> {
  const length = headerBytes(await file.read(0, Math.min(LENGTH_BYTES, file.bytes)), file.bytes);
  return parseHeader(await file.read(LENGTH_BYTES, LENGTH_BYTES + length), file.bytes);
}
