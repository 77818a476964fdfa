/** The formats that weights may be in, in the order in which they are looked for. */
import type { CheckpointErrorCode } from "../errors.ts";
import type { CheckpointFile } from "./files.ts";
import { type PytorchTensor, readPytorch } from "./pytorch.ts";
import { headerBytes, LENGTH_BYTES, parseHeader, type StoredTensor } from "./safetensors.ts";

/** How files of one format are named and read. */
export interface WeightFormat {
  /** The file with all weights. */
  readonly whole: string;
  /** Where there are several files instead, the one that says which tensors are in which. */
  readonly index: string;
  /** Names of those several; a name, not a path: an index must not make one read files elsewhere. */
  readonly shard: RegExp;
  /** The code of errors about damaged files. */
  readonly damaged: CheckpointErrorCode;
  /** The tensors of a file, without their values. */
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
