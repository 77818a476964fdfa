/** The list of vocabularies of music. */
import { ARRIVAL_VOCABULARIES } from "../arrival/index.ts";
import { VOCABULARIES } from "../performance/index.ts";
import { arrivalCodec } from "./arrival-codec.ts";
import type { MusicCodec } from "./codec.ts";
import { performanceCodec } from "./performance-codec.ts";

const CODECS: readonly MusicCodec[] = [
  ...Array.from(VOCABULARIES.values(), performanceCodec),
  ...Array.from(ARRIVAL_VOCABULARIES.values(), arrivalCodec),
];

/** The codecs by the names of their vocabularies. */
export const MUSIC_CODECS: ReadonlyMap<string, MusicCodec> = new Map(
  CODECS.map((codec) => [codec.name, codec]),
);

const SHORT_NAMES: ReadonlyMap<string, string> = new Map([["arrival", "arrival-55028"]]);

/** The names of the codecs, then the short names that some have. */
export const MUSIC_CODEC_NAMES: readonly string[] = [...MUSIC_CODECS.keys(), ...SHORT_NAMES.keys()];

/** The codec of a name, which may be short; undefined if there is none. */
export function musicCodec(name: string): MusicCodec | undefined {
  return MUSIC_CODECS.get(SHORT_NAMES.get(name) ?? name);
}
