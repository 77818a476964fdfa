/**
 * What the ids of a checkpoint mean: performance events, arrival-time triples or text. The config.json of a Hugging Face model
 * does not say so; the number of ids does, or the model's id on the hub.
 */
import { CheckpointError } from "../errors.ts";
import { quoteName } from "../quote.ts";
import type { DecoderConfig } from "./config.ts";
import { refuseOtherSize } from "./other-models.ts";

/** The encoder and decoder of a checkpoint's ids; that of music with the name of its vocabulary. */
export type Codec =
  | { readonly kind: "performance" | "arrival"; readonly vocabulary: string }
  | { readonly kind: "text" };

/** What is known of a checkpoint before its weights are read. */
export interface CodecEvidence {
  readonly config: Pick<DecoderConfig, "vocabulary" | "vocabularySize">;
  /** Its id on the hub, such as "stanford-crfm/music-small-800k", maybe with a revision (`@main`). */
  readonly id?: string;
  /** Whether it has a tokenizer of text. */
  readonly hasTokenizer: boolean;
  /** The name of the vocabulary, as the user gives it, for checkpoints that do not name one. Default: found from the other fields. */
  readonly codec?: string | undefined;
}

const ARRIVAL: Codec = { kind: "arrival", vocabulary: "arrival-55028" };
const SMALL_ARRIVAL: Codec = { kind: "arrival", vocabulary: "arrival-9772" };

function performanceEvents(vocabulary: string): Codec {
  return { kind: "performance", vocabulary };
}

/** The codecs of music by the names of their vocabularies, and the number of ids of these. */
const OF_MUSIC: ReadonlyMap<string, { readonly codec: Codec; readonly size: number }> = new Map([
  ["performance-416", { codec: performanceEvents("performance-416"), size: 416 }],
  ["performance-388", { codec: performanceEvents("performance-388"), size: 388 }],
  ["midi-neural-processor", { codec: performanceEvents("midi-neural-processor"), size: 390 }],
  ["score2perf", { codec: performanceEvents("score2perf"), size: 310 }],
  ["arrival-55028", { codec: ARRIVAL, size: 55_028 }],
  ["arrival-9772", { codec: SMALL_ARRIVAL, size: 9_772 }],
]);

/** By the name in a config.json of Ostinato. */
function named(vocabulary: string): Codec | undefined {
  return vocabulary === "text" ? { kind: "text" } : OF_MUSIC.get(vocabulary)?.codec;
}

/** By the number of ids. */
const SIZED: ReadonlyMap<number, Codec> = new Map(
  Array.from(OF_MUSIC.values(), ({ codec, size }) => [size, codec] as const),
);

/**
 * Ids that are sampled at one step are from one of several ranges: the number of ids of each range, from id 0 on. Ids after the ranges
 * are never sampled. Arrival times: onsets; durations; notes and the rest, and a few more ids, so that all bounds are multiples of 4:
 * ONNX Runtime multiplies 4 rows of int8 weights at a time, and rounds otherwise where fewer are left.
 */
const SAMPLED_RANGES: ReadonlyMap<string, readonly number[]> = new Map([
  ["arrival-55028", [10_000, 1000, 16_520]],
  ["arrival-9772", [4000, 500, 388]],
]);

/** Models of the hub whose number of ids may differ, such as one that was rounded up. */
const KNOWN: ReadonlyMap<string, Codec> = new Map([
  ["stanford-crfm/music-small-800k", ARRIVAL],
  ["stanford-crfm/music-medium-800k", ARRIVAL],
  ["stanford-crfm/music-large-800k", ARRIVAL],
]);

/** Published vocabularies that cannot be decoded, by the number of ids. */
const UNREADABLE: ReadonlyMap<number, string> = new Map([
  [34_025, "interarrival times of the Anticipatory Music Transformer"],
  [35_228, "the second version of the Anticipatory Music Transformer"],
]);

/**
 * The codec of a checkpoint: by its vocabulary's name, the option `codec`, its id on the hub, its number of ids, or its tokenizer, in
 * this order.
 *
 * @returns undefined when it is not known.
 * @throws CheckpointError (`unknown-codec`) for a `codec` that does not exist, or that the checkpoint cannot have; (`unsupported`) for
 * the number of ids of a published vocabulary that cannot be decoded.
 * @example
 * codecOf({ config: { vocabularySize: 55_028 }, hasTokenizer: false }); // { kind: "arrival", vocabulary: "arrival-55028" }
 */
export function codecOf({ config, id, hasTokenizer, codec }: CodecEvidence): Codec | undefined {
  const { vocabulary, vocabularySize } = config;
  if (codec !== undefined) return chosen(codec, config);
  if (vocabulary !== undefined) return named(vocabulary);
  const found =
    (id === undefined ? undefined : KNOWN.get(id.replace(/@[^]*$/, ""))) ?? SIZED.get(vocabularySize);
  if (found) return found;
  if (hasTokenizer) return { kind: "text" };
  refuseOtherSize(vocabularySize);
  const name = UNREADABLE.get(vocabularySize);
  if (name === undefined) return undefined;
  throw new CheckpointError(`config.json: "vocab_size" ${vocabularySize} is that of ${quoteName(name)}`, {
    code: "unsupported",
    hint: "a reader of this vocabulary is missing; use a model with one of: performance events, arrival times, text",
  });
}

/** The codec that the user names. Checkpoints of arrival times may have more ids, since some are padded. */
function chosen(name: string, { vocabulary, vocabularySize }: CodecEvidence["config"]): Codec {
  const row = OF_MUSIC.get(name);
  if (!row) {
    throw new CheckpointError(`there is no codec ${quoteName(name)}`, {
      code: "unknown-codec",
      hint: `use one of: ${[...OF_MUSIC.keys()].join(", ")}`,
    });
  }
  const stated = vocabulary === undefined ? undefined : named(vocabulary);
  if (vocabulary !== undefined && stated !== undefined && vocabulary !== name) {
    throw new CheckpointError(
      `config.json: "vocabulary" is ${quoteName(vocabulary)}, so the codec cannot be ${quoteName(name)}`,
      { code: "unknown-codec", hint: "omit the codec" },
    );
  }
  const fits = row.codec.kind === "arrival" ? vocabularySize >= row.size : vocabularySize === row.size;
  if (!fits) {
    throw new CheckpointError(
      `config.json: "vocab_size" is ${vocabularySize}, and ${quoteName(name)} has ${row.size} ids`,
      { code: "unknown-codec", hint: "name the codec that the model was trained with" },
    );
  }
  return row.codec;
}

/**
 * The ranges of ids that a checkpoint is sampled from, one at each step, so that a step needs one slice of the head.
 *
 * @returns the number of ids of each range, from id 0 on; empty if any id can follow any other.
 */
export function sampledRanges({ vocabulary, vocabularySize }: CodecEvidence["config"]): readonly number[] {
  const codec = vocabulary === undefined ? SIZED.get(vocabularySize) : named(vocabulary);
  return codec && codec.kind !== "text" ? (SAMPLED_RANGES.get(codec.vocabulary) ?? []) : [];
}
