/** Git LFS pointers: small text files that a clone without Git LFS has in place of large ones. */
import { CheckpointError } from "../errors.ts";

/** The first line, of the specification in use and of the two before it (`git-lfs/lfs/pointer.go`). */
const FIRST_LINE =
  /^\s*version (https:\/\/(git-lfs|hawser)\.github\.com\/spec\/v\d+|http:\/\/git-media\.io\/v\/\d+)\s/;

/** Pointers have fewer bytes, by the specification. */
export const POINTER_LIMIT = 1024;

/** Whether the content of a file is a pointer. */
export function isPointer(content: Uint8Array): boolean {
  return content.length < POINTER_LIMIT && FIRST_LINE.test(new TextDecoder().decode(content));
}

/** @param where path, address or name of the file. */
export function pointerError(where: string): CheckpointError {
  return new CheckpointError(`${where} is a Git LFS pointer, not the file`, {
    code: "lfs-pointer",
    hint: "run `git lfs pull` in the repository that it comes from, or download the file itself",
  });
}
