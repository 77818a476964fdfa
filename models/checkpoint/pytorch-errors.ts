/** Faults of a file in PyTorch's format. The messages begin with "PyTorch", for which the name of the file is put. */
import { CheckpointError } from "../errors.ts";

export function damagedPytorch(found: string, cause?: unknown): CheckpointError {
  return new CheckpointError(`PyTorch: ${found}`, {
    code: "bad-pytorch",
    hint: "the file is cut off or damaged; download or export it again",
    cause,
  });
}

export function unsupportedPytorch(found: string, hint: string): CheckpointError {
  return new CheckpointError(`PyTorch: ${found}`, { code: "unsupported", hint });
}
