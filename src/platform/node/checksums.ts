/** SHA256SUMS, the list of digests in the format of `sha256sum`. */
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { CheckpointFile } from "../../../models/index.ts";

const LIST = "SHA256SUMS";

/** Bytes hashed at a time. */
const PART = 2 ** 22;

/**
 * Reads the digests of a folder's list, by file name.
 *
 * @throws Error when the list is missing or a line is not in the format of `sha256sum`.
 */
export async function readChecksums(folder: string): Promise<Map<string, string>> {
  const lines = (await readFile(join(folder, LIST), "utf8")).split("\n").filter((line) => line !== "");
  return new Map(
    lines.map((line, index) => {
      const [, digest, name] = /^([0-9a-f]{64}) [ *](.+)$/.exec(line) ?? [];
      if (digest === undefined || name === undefined) {
        throw new Error(`${join(folder, LIST)}: line ${index + 1} is not a digest and a file name`);
      }
      return [name, digest];
    }),
  );
}

/** SHA-256 of a file's content, in hexadecimal digits. */
export async function sha256Of(file: CheckpointFile): Promise<string> {
  const hash = createHash("sha256");
  for (let at = 0; at < file.bytes; at += PART) {
    hash.update(await file.read(at, Math.min(file.bytes, at + PART)));
  }
  return hash.digest("hex");
}
