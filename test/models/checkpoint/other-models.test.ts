/** Published models that cannot run are refused by name, from the contents of their files. */
import { describe, expect, test } from "vitest";
import { CheckpointError, checkpointInMemory, parseConfig, readCheckpoint } from "../../../models/index.ts";
import { SMALLEST_CONFIG } from "../counting-tensors.ts";
import { CONFIG, filesOf } from "./plain-pytorch.ts";
import { pytorchFile, storage, tensor, text } from "./pytorch-file.ts";

/** The error of a function. */
async function errorOf(run: () => unknown): Promise<unknown> {
  try {
    return await run();
  } catch (error) {
    return error;
  }
}

describe("by config.json", () => {
  test.each([
    [
      { model_type: "aria", vocab_size: 17_727, hidden_size: 1536 },
      "Aria, a model of piano music",
      /17,727 ids/,
    ],
    [{ model_type: "midi_model", net_config: {} }, "SkyTNT's midi-model", /two Llama networks/],
    [
      { model_type: "llama", vocab_size: 32_000 },
      "a Llama network, as ChatMusician, MuPT and MIDI-LLM are",
      /rotary positions, and for music a reader of ABC notation/,
    ],
    [{ model_type: "musicgen" }, "MusicGen, which writes sound", /audio codec/],
    [{ model_type: "t5" }, "a model with an encoder and a decoder, as Text2midi is", /cross attention/],
  ])("%o", async (json, name, hint) => {
    const error = await errorOf(() => parseConfig(json));
    expect(error).toBeInstanceOf(CheckpointError);
    expect(error).toMatchObject({
      code: "unsupported",
      message: `config.json: "model_type" is "${json.model_type}", that of ${name}`,
      hint: expect.stringMatching(hint),
    });
  });

  test("a model of images that has the same type as Aria is not called Aria", async () => {
    const error = await errorOf(() => parseConfig({ model_type: "aria", vision_config: {} }));
    expect(error).toMatchObject({ code: "unsupported", message: 'config.json: "model_type" is "aria"' });
  });
});

test.each([
  ["net_token.layers.0.mlp.up_proj.weight", "SkyTNT's midi-model"],
  ["transformer.encode_layers.0.mixed_qkv.weight", "Aria, a model of piano music"],
  ["net.attn_layers.layers.0.1.to_q.weight", "a model made with x-transformers, as Orpheus is"],
  ["model.layers.0.self_attn.q_proj.weight", "a Llama network, as ChatMusician, MuPT and MIDI-LLM are"],
  [
    "decoder.layers.0.multihead_attn.in_proj_weight",
    "a model with an encoder and a decoder, as Text2midi is",
  ],
])("by the tensor %s", async (name, model) => {
  const file = pytorchFile(
    { [name]: tensor(storage("FloatStorage", "0", 4), 0, [2, 2]) },
    { 0: new Float32Array(4) },
  );
  expect(await errorOf(() => readCheckpoint(filesOf(file, CONFIG)))).toMatchObject({
    name: "CheckpointError",
    code: "unsupported",
    message: `the tensors are those of ${model}`,
    hint: expect.stringMatching(/this one needs \w/),
  });
});

test("by the metadata of MIDI-GPT's safetensors file", async () => {
  const header = text(JSON.stringify({ __metadata__: { config: "{}", encoder_config: "{}" } }));
  const file = new Uint8Array(8 + header.length);
  new DataView(file.buffer).setBigUint64(0, BigInt(header.length), true);
  file.set(header, 8);
  const files = checkpointInMemory(
    new Map([
      ["config.json", text(JSON.stringify(SMALLEST_CONFIG))],
      ["model.safetensors", file],
    ]),
  );
  expect(await errorOf(() => readCheckpoint(files))).toMatchObject({
    name: "CheckpointError",
    code: "unsupported",
    message: "model.safetensors: the file holds MIDI-GPT",
    hint: expect.stringContaining("non-commercial research only"),
  });
});
