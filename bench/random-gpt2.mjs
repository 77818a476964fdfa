/**
 * Writes a GPT-2 checkpoint with seeded random weights, of any size and number of files, for measurements of memory and
 * speed and for comparisons with other implementations. Tensors are written one at a time, so the XL size takes no more
 * memory than the small one.
 *
 *     npm run build && node bench/random-gpt2.mjs --size xl --dtype F16 --shard-mb 1000 --out FOLDER
 */
import { createHash } from "node:crypto";
import { mkdir, open, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { parseConfig, tensorShapes } from "../dist/models/index.js";

/** Layers, width and heads of the published sizes (openai/gpt-2). */
const SIZES = {
  small: [12, 768, 12],
  medium: [24, 1024, 16],
  large: [36, 1280, 20],
  xl: [48, 1600, 25],
};

/** Standard deviation of the random weights, as in the initialization of GPT-2. */
const SCALE = 0.02;

const { values: options } = parseArgs({
  options: {
    out: { type: "string" },
    size: { type: "string", default: "small" },
    shape: { type: "string" }, // layers×width×heads, instead of a size
    vocabulary: { type: "string", default: "50257" },
    positions: { type: "string", default: "1024" },
    dtype: { type: "string", default: "F32" },
    "shard-mb": { type: "string" },
    seed: { type: "string", default: "1" },
  },
});
const [layers, width, heads] = options.shape?.split(/[x×]/).map(Number) ?? SIZES[options.size] ?? [];
if (!options.out || !heads || !["F32", "F16"].includes(options.dtype)) {
  process.stderr.write(
    `usage: random-gpt2.mjs --out FOLDER [--size ${Object.keys(SIZES).join("|")} | --shape 2x64x2] [--dtype F32|F16]` +
      " [--shard-mb N] [--seed N] [--vocabulary N] [--positions N]\n",
  );
  process.exit(2);
}

const config = {
  model_type: "gpt2",
  architectures: ["GPT2LMHeadModel"],
  vocab_size: Number(options.vocabulary),
  n_positions: Number(options.positions),
  n_ctx: Number(options.positions),
  n_embd: width,
  n_layer: layers,
  n_head: heads,
  activation_function: "gelu_new",
  layer_norm_epsilon: 1e-5,
  bos_token_id: Number(options.vocabulary) - 1,
  eos_token_id: Number(options.vocabulary) - 1,
};
const bytesEach = options.dtype === "F16" ? 2 : 4;
await mkdir(options.out, { recursive: true });
await writeFile(join(options.out, "config.json"), `${JSON.stringify(config, null, 2)}\n`);

const shards = split([...tensorShapes(parseConfig(config))], Number(options["shard-mb"] ?? Infinity) * 1e6);
const nameOf = (shard) =>
  shards.length === 1 ? "model.safetensors" : `model-${pad(shard + 1)}-of-${pad(shards.length)}.safetensors`;
const weightMap = {};
let totalBytes = 0;
for (const [i, shard] of shards.entries()) {
  totalBytes += await writeShard(join(options.out, nameOf(i)), shard);
  for (const [name] of shard) weightMap[name] = nameOf(i);
}
if (shards.length > 1) {
  const index = { metadata: { total_size: totalBytes }, weight_map: weightMap };
  await writeFile(join(options.out, "model.safetensors.index.json"), `${JSON.stringify(index, null, 2)}\n`);
}

/** Divides tensors, in order, into shards of at most `limit` bytes (or one tensor). */
function split(tensors, limit) {
  const parts = [];
  let bytes = Infinity;
  for (const tensor of tensors) {
    const size = count(tensor[1]) * bytesEach;
    if (bytes + size > limit || parts.length === 0) {
      parts.push([]);
      bytes = 0;
    }
    parts.at(-1).push(tensor);
    bytes += size;
  }
  return parts;
}

async function writeShard(path, tensors) {
  const header = { __metadata__: { format: "pt" } };
  let end = 0;
  for (const [name, shape] of tensors) {
    const begin = end;
    end += count(shape) * bytesEach;
    header[name] = { dtype: options.dtype, shape, data_offsets: [begin, end] };
  }
  const json = Buffer.from(JSON.stringify(header));
  const start = Buffer.alloc(8 + Math.ceil(json.length / 8) * 8, " ");
  start.writeBigUInt64LE(BigInt(start.length - 8));
  json.copy(start, 8);
  const file = await open(path, "w");
  await file.write(start);
  for (const [name, shape] of tensors) await writeWhole(file, bytesOf(name, count(shape)));
  await file.close();
  return end;
}

/** Values of a tensor: normalization gains around 1, all others around 0. */
function bytesOf(name, size) {
  const random = gaussian(createHash("sha256").update(`${options.seed} ${name}`).digest().readUInt32LE());
  const mean = /ln_\w+\.weight$/.test(name) ? 1 : 0;
  const values = new Float32Array(size);
  for (let i = 0; i < size; i += 1) values[i] = mean + SCALE * random();
  return Buffer.from(options.dtype === "F16" ? halves(values).buffer : values.buffer);
}

/** Rounded to the nearest half-precision number, ties away from zero. */
function halves(values) {
  const words = new Uint32Array(values.buffer);
  const result = new Uint16Array(values.length);
  for (let i = 0; i < words.length; i += 1) {
    const sign = (words[i] >>> 16) & 0x8000;
    const magnitude = words[i] & 0x7fffffff;
    // Below 2⁻¹⁴ half-precision numbers are multiples of 2⁻²⁴.
    const isSmall = magnitude < 0x38800000;
    result[i] =
      sign | (isSmall ? Math.round(Math.abs(values[i]) * 2 ** 24) : (magnitude + 0x1000 - 0x38000000) >>> 13);
  }
  return result;
}

/** Normally distributed numbers: Marsaglia's polar method on xorshift32. */
function gaussian(seed) {
  let state = seed || 1;
  const uniform = () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state / 2 ** 31; // −1 to 1
  };
  let spare;
  return () => {
    if (spare !== undefined) {
      const value = spare;
      spare = undefined;
      return value;
    }
    for (;;) {
      const x = uniform();
      const y = uniform();
      const square = x * x + y * y;
      if (square >= 1 || square === 0) continue;
      const factor = Math.sqrt((-2 * Math.log(square)) / square);
      spare = y * factor;
      return x * factor;
    }
  };
}

async function writeWhole(file, bytes) {
  for (let at = 0; at < bytes.length;)
    at += (await file.write(bytes, at, Math.min(2 ** 30, bytes.length - at))).bytesWritten;
}

function count(shape) {
  return shape.reduce((product, size) => product * size, 1);
}

function pad(number) {
  return String(number).padStart(5, "0");
}
