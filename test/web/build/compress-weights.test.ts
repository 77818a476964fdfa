import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { compressedModel } from "../../../web/build/compress-weights.ts";
import { Unshuffle } from "../../../web/weights/byte-shuffle.ts";

const piano = (name: string): Buffer =>
  readFileSync(fileURLToPath(new URL(`../../../models/piano/${name}`, import.meta.url)));

test("compresses the included model by a sixth, without a loss, and names the file in its config", () => {
  const files = compressedModel(piano("config.json"), piano("model.safetensors"));
  const config: unknown = JSON.parse(piano("config.json").toString());
  expect(JSON.parse(new TextDecoder().decode(files.get("config.json")))).toEqual({
    ...Object(config),
    compressed_weights: "model.compressed",
  });
  const compressed = files.get("model.compressed") ?? new Uint8Array();
  expect(compressed.length).toBeLessThan(10_800_000);
  const file = new Unshuffle();
  file.add(gunzipSync(compressed));
  expect(piano("model.safetensors").equals(file.whole())).toBe(true);
});
