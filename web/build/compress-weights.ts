/** Compresses the weights of a model for its download by the page. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { constants, gzipSync } from "node:zlib";
import { shuffle } from "../weights/byte-shuffle.ts";
import { COMPRESSED_KEY, COMPRESSED_WEIGHTS } from "../weights/names.ts";

/** Adds the compressed weights to a model's folder. The file itself stays: other programs may load the model from there. */
export function addCompressed(folder: string): void {
  const read = (name: string): Uint8Array => readFileSync(join(folder, name));
  const files = compressedModel(read("config.json"), read("model.safetensors"));
  for (const [name, bytes] of files) writeFileSync(join(folder, name), bytes);
}

/**
 * The files to add to a model's folder: the compressed weights, and the config that names them.
 *
 * @param config contents of config.json.
 * @param weights contents of model.safetensors.
 */
export function compressedModel(config: Uint8Array, weights: Uint8Array): ReadonlyMap<string, Uint8Array> {
  const fields: unknown = JSON.parse(new TextDecoder().decode(config));
  const named = { ...Object(fields), [COMPRESSED_KEY]: COMPRESSED_WEIGHTS };
  // The strategy for numbers, which rarely repeat: 1 % smaller than the default.
  const bytes = gzipSync(shuffle(weights), { strategy: constants.Z_FILTERED });
  return new Map<string, Uint8Array>([
    ["config.json", new TextEncoder().encode(`${JSON.stringify(named, undefined, 2)}\n`)],
    [COMPRESSED_WEIGHTS, bytes],
  ]);
}
