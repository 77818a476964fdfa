/** The vocabulary of a model of music. */
import { type Codec, codecOf, type DecoderConfig } from "../../models/index.ts";
import { OptionError } from "../options.ts";

/** Facts about a model that determine its vocabulary, besides its config. */
export interface ModelCodecOptions {
  /**
   * The vocabulary of the ids, such as "arrival-55028", for checkpoints that do not say. Default: by config.json, the number of ids, and
   * the id on the hub.
   */
  readonly codec?: string | undefined;
  /** The model's id on the hub. */
  readonly id?: string | undefined;
}

/** The hint of the error, by what the ids of the model are. */
const LOADED_WITH: Readonly<Record<Codec["kind"], string>> = {
  performance: "it plays the piano: load it with loadMusicModel",
  arrival: "it plays several instruments: load it with loadBandModel",
  text: "it writes text: load it with loadTextModel",
};

/**
 * The name of the vocabulary of a model.
 *
 * @param kind what the ids must be.
 * @throws OptionError when they are of another kind, or their meaning is not known; CheckpointError for a `codec` that does not exist or fit,
 * and for ids of published models that are not supported.
 */
export function requireCodec(
  config: Pick<DecoderConfig, "vocabulary" | "vocabularySize">,
  kind: "performance" | "arrival",
  { codec: chosen, id }: ModelCodecOptions = {},
): string {
  const codec = codecOf({ config, id, codec: chosen, hasTokenizer: false });
  if (codec && codec.kind !== "text" && codec.kind === kind) return codec.vocabulary;
  const { vocabulary, vocabularySize } = config;
  const ids = `the model's ${vocabularySize} ids`;
  const found = codec
    ? `${ids} are ${codec.kind === "text" ? "text" : `"${codec.vocabulary}"`}, not ${kind === "arrival" ? "arrival times" : "performance events"}`
    : vocabulary === undefined
      ? `it is not known what ${ids} mean`
      : `the vocabulary of the model, "${vocabulary}", is unknown`;
  throw new OptionError(found, {
    code: "not-for-this-model",
    hint: codec
      ? LOADED_WITH[codec.kind]
      : 'name their vocabulary with the option "codec"; a text model is loaded with loadTextModel',
  });
}
