/**
 * What the ids of a checkpoint mean: performance events, arrival-time triples or text. The config.json of a Hugging Face model
 * does not say so; the number of ids does, or the model's id on the hub.
 */
import { CheckpointError } from "../errors.ts";
import { quoteName } from "../quote.ts";
import type { DecoderConfig } from "./config.ts";

/** The encoder and decoder of a checkpoint's ids; that of music with the name of its vocabulary. */
export type Codec =
  | { readonly kind: "performance" | "arrival"; readonly vocabulary: string }
  | { readonly kind: "text" };

/** What is known of a checkpoint before its weights are read. */
export interface CodecEvidence {
  readonly config: Pick<DecoderConfig, "vocabulary" | "vocabularySize">;
  /** Its id on the hub, such as "stanford-crfm/music-small-800k". */
  readonly id?: string;
  /** Whether it has a tokenizer of text. */
  readonly hasTokenizer: boolean;
}

const ARRIVAL: Codec = { kind: "arrival", vocabulary: "arrival-55028" };
const SMALL_ARRIVAL: Codec = { kind: "arrival", vocabulary: "arrival-9772" };

function performanceEvents(vocabulary: string): Codec {
  return { kind: "performance", vocabulary };
}

/** By the name in a config.json of Ostinato. */
const NAMED: ReadonlyMap<string, Codec> = new Map([
  ["performance-416", performanceEvents("performance-416")],
  ["performance-388", performanceEvents("performance-388")],
  ["midi-neural-processor", performanceEvents("midi-neural-processor")],
  ["score2perf", performanceEvents("score2perf")],
  ["arrival-55028", ARRIVAL],
  ["arrival-9772", SMALL_ARRIVAL],
  ["text", { kind: "text" }],
]);

/** By the number of ids. */
const SIZED: ReadonlyMap<number, Codec> = new Map([
  [416, performanceEvents("performance-416")],
  [388, performanceEvents("performance-388")],
  [390, performanceEvents("midi-neural-processor")],
  [310, performanceEvents("score2perf")],
  [55_028, ARRIVAL],
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
  [17_727, "Aria"],
  [3_406, "SkyTNT's midi-model"],
  [647, "MIDI-GPT"],
]);

/**
 * The codec of a checkpoint: by its vocabulary's name, its id on the hub, its number of ids, or its tokenizer, in this order.
 *
 * @returns undefined when nothing tells.
 * @throws CheckpointError (`unsupported`) for the number of ids of a published vocabulary that cannot be decoded.
 * @example
 * codecOf({ config: { vocabularySize: 55_028 }, hasTokenizer: false }); // { kind: "arrival", vocabulary: "arrival-55028" }
 */
export function codecOf({ config, id, hasTokenizer }: CodecEvidence): Codec | undefined {
  const { vocabulary, vocabularySize } = config;
  if (vocabulary !== undefined) return NAMED.get(vocabulary);
  const found = (id === undefined ? undefined : KNOWN.get(id)) ?? SIZED.get(vocabularySize);
  if (found) return found;
  if (hasTokenizer) return { kind: "text" };
  const name = UNREADABLE.get(vocabularySize);
  if (name === undefined) return undefined;
  throw new CheckpointError(`config.json: "vocab_size" ${vocabularySize} is that of ${quoteName(name)}`, {
    code: "unsupported",
    hint: "a reader of this vocabulary is missing; use a model with one of: performance events, arrival times, text",
  });
}
