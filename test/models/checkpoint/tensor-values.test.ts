import { expect, test } from "vitest";
import {
  checkpointInMemory,
  parseConfig,
  readCheckpoint,
  tensorShapes,
  writeSafetensors,
} from "../../../models/index.ts";

test("float64 tensors larger than one part are rounded to float32", async () => {
  const json = { model_type: "gpt2", vocab_size: 33_000, n_positions: 4, n_embd: 8, n_layer: 1, n_head: 1 };
  const doubles = new Map(
    [...tensorShapes(parseConfig(json))].map(([name, shape]) => [
      name,
      Float64Array.from(
        { length: shape.reduce((product, size) => product * size, 1) },
        (_, i) => 1 / (i + 3),
      ),
    ]),
  );
  const weights = writeSafetensors(
    [...tensorShapes(parseConfig(json))].map(([name, shape]) => ({
      name,
      dtype: "F64",
      shape,
      bytes: new Uint8Array(doubles.get(name)!.buffer),
    })),
  );
  const config = new TextEncoder().encode(JSON.stringify(json));
  const files = checkpointInMemory(
    new Map([
      ["config.json", config],
      ["model.safetensors", weights],
    ]),
  );
  const { tensors } = await readCheckpoint(files);
  expect(tensors.get("wte.weight")?.values.length).toBe(264_000); // more than 2¹⁸
  for (const [name, values] of doubles) {
    expect(
      Buffer.from(tensors.get(name)!.values.buffer).equals(Buffer.from(Float32Array.from(values).buffer)),
      name,
    ).toBe(true);
  }
});
