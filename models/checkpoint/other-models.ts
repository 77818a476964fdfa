/**
 * Published models of music that cannot run, recognized by what their files contain, so that an error can name the model and what
 * it would need. Sources: the repositories of the models (EleutherAI/aria, SkyTNT/midi-model, Metacreation-Lab/MIDI-GPT,
 * lucidrains/x-transformers) and Hugging Face's `configuration_*.py`.
 */
import { CheckpointError } from "../errors.ts";
import { quoteValue } from "../quote.ts";

interface OtherModel {
  readonly name: string;
  /** What it would need. */
  readonly needs: string;
}

const ARIA: OtherModel = {
  name: "Aria, a model of piano music",
  needs: "rotary positions, SwiGLU, and a reader of its 17,727 ids",
};
const SKYTNT: OtherModel = {
  name: "SkyTNT's midi-model",
  needs: "two Llama networks, one between events and one within them, and a reader of its ids",
};
const MIDI_GPT: OtherModel = {
  name: "MIDI-GPT",
  needs: "a reader of its ids of tracks and bars; its weights are licensed for non-commercial research only",
};
const LLAMA: OtherModel = {
  name: "a Llama network, as ChatMusician, MuPT and MIDI-LLM are",
  needs: "RMSNorm, SwiGLU and rotary positions, and for music a reader of ABC notation or of its ids",
};
const MUSICGEN: OtherModel = {
  name: "MusicGen, which writes sound",
  needs: "an audio codec and a text encoder; use a model of notes",
};
const X_TRANSFORMERS: OtherModel = {
  name: "a model made with x-transformers, as Orpheus is",
  needs: "rotary positions, and a reader of its ids",
};
const ORPHEUS: OtherModel = {
  name: "Orpheus",
  needs: `a reader of .pth files, ${X_TRANSFORMERS.needs}`,
};
const ENCODER_DECODER: OtherModel = {
  name: "a model with an encoder and a decoder, as Text2midi is",
  needs: "an encoder of text, cross attention, and a reader of its ids",
};

/** By `model_type` in config.json. */
const BY_TYPE: readonly (readonly [type: string, model: OtherModel, key?: string, value?: number])[] = [
  // The same type is Rhymes AI's Aria, a model of images and text.
  ["aria", ARIA, "vocab_size", 17_727],
  ["midi_model", SKYTNT],
  ["llama", LLAMA],
  ["musicgen", MUSICGEN],
  ["t5", ENCODER_DECODER],
];

/** By names of tensors that GPT-2 does not have. */
const BY_TENSOR: readonly (readonly [name: RegExp, model: OtherModel])[] = [
  [/^net_token\./, SKYTNT],
  [/\bencode_layers\.\d+\.mixed_qkv\./, ARIA],
  [/\battn_layers\.layers\.\d+\./, X_TRANSFORMERS],
  [/^(model\.)?layers\.\d+\.self_attn\.q_proj\./, LLAMA],
  [/\bdecoder\..*\b(cross_attn|multihead_attn|EncDecAttention)\b/, ENCODER_DECODER],
];

/** By number of ids, for configs that look like a GPT-2's. */
const BY_SIZE: ReadonlyMap<number, OtherModel> = new Map([
  [17_727, ARIA],
  [3_406, SKYTNT],
  [647, MIDI_GPT],
]);

/** By the id on the hub, for repositories without config.json. */
const BY_ID: readonly (readonly [id: RegExp, model: OtherModel])[] = [[/^asigalov61\/orpheus/i, ORPHEUS]];

const RUNS = 'use a model of type "ostinato" or "gpt2"';

/** @throws CheckpointError for the `model_type` of another known model. @param value the value of a key in config.json. */
export function refuseOtherType(type: unknown, value: (key: string) => unknown): void {
  const row = BY_TYPE.find(([name, , key, wanted]) => name === type && (!key || value(key) === wanted));
  if (row) throw refusal(`config.json: "model_type" is ${quoteValue(type)}, that of ${row[1].name}`, row[1]);
}

/** @throws CheckpointError for the number of ids of another published model. */
export function refuseOtherSize(vocabularySize: number): void {
  const model = BY_SIZE.get(vocabularySize);
  if (model) throw refusal(`config.json: "vocab_size" ${vocabularySize} is that of ${model.name}`, model);
}

/** @throws CheckpointError for the id of a model whose repository has no config.json. */
export function refuseOtherId(id: string): void {
  const model = BY_ID.find(([pattern]) => pattern.test(id))?.[1];
  if (model) throw refusal(`${id} is ${model.name}`, model);
}

/** @throws CheckpointError when the names of tensors are those of another published model. */
export function refuseOtherTensors(names: Iterable<string>): void {
  for (const name of names) {
    const model = BY_TENSOR.find(([pattern]) => pattern.test(name))?.[1];
    if (model) throw refusal(`the tensors are those of ${model.name}`, model);
  }
}

/** @throws CheckpointError for the metadata of MIDI-GPT, which has its config and its encoder's in the weights. */
export function refuseMetadata(metadata: unknown): void {
  const isMidiGpt = typeof metadata === "object" && metadata !== null && "encoder_config" in metadata;
  if (isMidiGpt) throw refusal(`safetensors: the file holds ${MIDI_GPT.name}`, MIDI_GPT);
}

function refusal(found: string, { needs }: OtherModel): CheckpointError {
  return new CheckpointError(found, { code: "unsupported", hint: `${RUNS}; this one needs ${needs}` });
}
