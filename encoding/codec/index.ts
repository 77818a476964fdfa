/** Exports of this folder for other folders. */
export { arrivalCodec } from "./arrival-codec.ts";
export type {
  EncodedMusic,
  EncodeMusicOptions,
  IdKindRange,
  IdWindow,
  LeftOut,
  MusicCodec,
} from "./codec.ts";
export { MUSIC_CODEC_NAMES, MUSIC_CODECS, musicCodec } from "./codecs.ts";
export { performanceCodec } from "./performance-codec.ts";
