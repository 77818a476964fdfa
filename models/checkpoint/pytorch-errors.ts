/** Errors of files in PyTorch's format. The prefix "PyTorch" is replaced by the file name in `weight-files.ts`. */
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
