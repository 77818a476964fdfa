/**
 * The configuration of a decoder, read from a checkpoint's config.json. The Music Transformer and GPT-2 differ in `position`,
 * vocabulary and sizes only.
 */
import { type Activation, ACTIVATION_NAMES, activationOf } from "./activation.ts";
import { CheckpointError, type CheckpointErrorCode } from "../errors.ts";
import { quoteValue } from "../quote.ts";
import { refuseOtherType } from "./other-models.ts";

/** A learned vector per position, added to the embedding (GPT-2). The context is limited to the number of vectors. */
export interface LearnedPosition {
  readonly kind: "learned";
}

/** A learned vector per layer, head and distance, scored against the query (Huang et al. 2018). The context is not limited. */
export interface RelativePosition {
  readonly kind: "relative";
  /** Distances 0 to `maxDistance - 1` have a vector; greater distances add 0. */
  readonly maxDistance: number;
  /** Whether the heads of a layer share the vectors. */
  readonly sharedHeads: boolean;
}

/**
 * Sizes and options of a decoder. They determine the shapes of its tensors and its graph.
 *
 * @example
 * const { layers, position } = parseConfig(JSON.parse(await readFile("models/piano/config.json", "utf8")));
 */
export interface DecoderConfig {
  /** Name of the vocabulary. Undefined for GPT-2, whose config.json has none. */
  readonly vocabulary?: string;
  /** Number of ids: 0 to `vocabularySize - 1`. */
  readonly vocabularySize: number;
  /** Number of blocks. */
  readonly layers: number;
  /** Width of the residual stream: `heads` × head size. */
  readonly width: number;
  readonly heads: number;
  /** Inner width of the feed-forward layers. */
  readonly feedForward: number;
  readonly position: LearnedPosition | RelativePosition;
  /** Number of ids that attention sees, the current one included; also the number of learned positions. */
  readonly window: number;
  /** Between the two matrices of the feed-forward layers. Default: "tanh_gelu", as in GPT-2. */
  readonly activation?: Activation;
  /** Added to the variance in layer norms (GPT-2: 1e-5). */
  readonly normEpsilon: number;
  /** Whether the head is the transposed embedding. */
  readonly tiedHead: boolean;
  /** Whether attention scores are divided by √(head size). Default: true. */
  readonly scaleByHeadSize?: boolean;
  /** Whether attention scores are also divided by the layer's index + 1, as in Stanford's Mistral GPT-2s. Default: false. */
  readonly scaleByLayer?: boolean;
  /** Tasks of the training besides continuation, if the checkpoint lists them: "accompany", "infill" … */
  readonly tasks?: readonly string[];
}

/** Numbers per head in a query, key or value. */
export function headSize(config: DecoderConfig): number {
  return config.width / config.heads;
}

/** Factor of the attention scores q·k in a layer, from 0. */
export function scoreScale(config: DecoderConfig, layer: number): number {
  const byHeadSize = config.scaleByHeadSize === false ? 1 : headSize(config) ** -0.5;
  return config.scaleByLayer === true ? byHeadSize / (layer + 1) : byHeadSize;
}

/**
 * Converts a config.json of Ostinato (`"model_type": "ostinato"`) or of a Hugging Face GPT-2.
 *
 * @param json the parsed contents.
 * @throws CheckpointError that names the key, the value found and what is supported.
 */
export function parseConfig(json: unknown): DecoderConfig {
  const keys = ConfigKeys.of(json);
  const type = keys.value("model_type");
  if (type === "ostinato") return checked(ostinatoConfig(keys));
  if (type === "gpt2") return checked(gpt2Config(new ConfigKeys(gpt2Entries(keys.entries))));
  refuseOtherType(type, (key) => keys.value(key));
  throw configError(
    "unsupported",
    "model_type",
    type,
    'use a model of type "ostinato" or "gpt2"; other architectures are not supported',
  );
}

function ostinatoConfig(keys: ConfigKeys): DecoderConfig {
  const vocabulary = keys.value("vocabulary");
  if (typeof vocabulary !== "string" || vocabulary === "") {
    throw configError("bad-config", "vocabulary", vocabulary, 'a name such as "performance-416" is needed');
  }
  return {
    vocabulary,
    ...sizes(keys),
    feedForward: keys.size("n_inner"),
    position: ostinatoPosition(keys),
    window: keys.size("n_positions"),
    tiedHead: keys.flag("tie_word_embeddings", true),
    tasks: keys.value("tasks") === undefined ? undefined : keys.names("tasks"),
  };
}

function ostinatoPosition(keys: ConfigKeys): LearnedPosition | RelativePosition {
  const kind = keys.value("position");
  if (kind === "relative") {
    return { kind, maxDistance: keys.size("max_distance"), sharedHeads: keys.flag("shared_heads", false) };
  }
  if (kind !== "learned") {
    throw configError("bad-config", "position", kind, '"learned" and "relative" are supported');
  }
  for (const key of ["max_distance", "shared_heads"]) {
    const value = keys.value(key);
    if (value !== undefined) {
      throw configError("bad-config", key, value, 'it belongs to "position": "relative" only; remove it');
    }
  }
  return { kind };
}

/** Sizes by transformers' names for all models, which replace GPT-2's (`GPT2Config.attribute_map`). */
const COMMON_NAMES: ReadonlyMap<string, string> = new Map([
  ["hidden_size", "n_embd"],
  ["max_position_embeddings", "n_positions"],
  ["num_attention_heads", "n_head"],
  ["num_hidden_layers", "n_layer"],
]);

/** Sizes that a config without them has (`GPT2Config`). */
const GPT2_DEFAULTS = { vocab_size: 50257, n_positions: 1024, n_embd: 768, n_layer: 12, n_head: 12 };

/** The entries of a GPT-2's config, with its defaults and under its names. */
function gpt2Entries(entries: ReadonlyMap<string, unknown>): ReadonlyMap<string, unknown> {
  const window = entries.get("n_ctx") ?? GPT2_DEFAULTS.n_positions; // the first configs have only this one
  const found = new Map<string, unknown>(Object.entries({ ...GPT2_DEFAULTS, n_positions: window }));
  for (const [key, value] of entries) if (value !== undefined) found.set(key, value);
  for (const [common, key] of COMMON_NAMES) if (entries.has(common)) found.set(key, entries.get(common));
  return found;
}

function gpt2Config(keys: ConfigKeys): DecoderConfig {
  if (keys.flag("add_cross_attention", false)) {
    throw configError("unsupported", "add_cross_attention", true, "only false is supported");
  }
  // Affects only the rounding of scores in half precision; here they are float32.
  keys.flag("reorder_and_upcast_attn", false);
  const found = sizes(keys);
  return {
    ...found,
    feedForward: (keys.value("n_inner") ?? null) === null ? 4 * found.width : keys.size("n_inner"),
    position: { kind: "learned" },
    window: keys.size("n_positions"),
    tiedHead: keys.flag("tie_word_embeddings", true),
    scaleByHeadSize: keys.flag("scale_attn_weights", true) ? undefined : false,
    scaleByLayer: keys.flag("scale_attn_by_inverse_layer_idx", false) || undefined,
  };
}

function sizes(keys: ConfigKeys) {
  const name = keys.value("activation_function") ?? "gelu_new";
  const activation = activationOf(name);
  if (activation === undefined) {
    const hint = `supported: ${ACTIVATION_NAMES.join(", ")}`;
    throw configError("unsupported", "activation_function", name, hint);
  }
  return {
    vocabularySize: keys.size("vocab_size"),
    layers: keys.size("n_layer", 1024),
    width: keys.size("n_embd"),
    heads: keys.size("n_head"),
    activation: activation === "tanh_gelu" ? undefined : activation,
    normEpsilon: keys.epsilon("layer_norm_epsilon", 1e-5),
  };
}

function checked(config: DecoderConfig): DecoderConfig {
  if (config.width % config.heads !== 0) {
    const hint = `it must be divisible by n_head, which is ${config.heads}`;
    throw configError("bad-config", "n_embd", config.width, hint);
  }
  return config;
}

/** Typed access to the keys of a JSON object. */
class ConfigKeys {
  readonly entries: ReadonlyMap<string, unknown>;

  constructor(entries: ReadonlyMap<string, unknown>) {
    this.entries = entries;
  }

  /** @throws CheckpointError unless it is an object. */
  static of(json: unknown): ConfigKeys {
    if (typeof json !== "object" || json === null || Array.isArray(json)) {
      throw new CheckpointError(`config.json holds ${quoteValue(json)}, not an object`, {
        code: "bad-config",
        hint: "a checkpoint's config.json is a JSON object with a model_type",
      });
    }
    return new ConfigKeys(new Map(Object.entries(json)));
  }

  value(key: string): unknown {
    return this.entries.get(key);
  }

  /** A whole number from 1 to `limit`. The limit rejects a hostile file before memory is allocated. */
  size(key: string, limit = 2 ** 24): number {
    const value = this.value(key);
    if (typeof value === "number" && Number.isInteger(value) && value >= 1 && value <= limit) return value;
    throw configError("bad-config", key, value, `a whole number from 1 to ${limit} is needed`);
  }

  flag(key: string, otherwise: boolean): boolean {
    const value = this.value(key) ?? otherwise;
    if (typeof value === "boolean") return value;
    throw configError("bad-config", key, value, "true or false is needed");
  }

  names(key: string): readonly string[] {
    const value = this.value(key);
    if (Array.isArray(value) && value.every((name) => typeof name === "string")) return value;
    throw configError("bad-config", key, value, "a list of names is needed");
  }

  epsilon(key: string, otherwise: number): number {
    const value = this.value(key) ?? otherwise;
    if (typeof value === "number" && value >= 0 && value < 1) return value;
    throw configError("bad-config", key, value, "0 or a number between 0 and 1 is needed");
  }
}

function configError(code: CheckpointErrorCode, key: string, value: unknown, hint: string): CheckpointError {
  const found = value === undefined ? "is missing" : `is ${quoteValue(value)}`;
  return new CheckpointError(`config.json: "${key}" ${found}`, { code, hint });
}
