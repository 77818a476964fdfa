/** Exports of this folder for other folders. */
export type { EncodedMusic, EncodeMusicOptions, IdWindow, LeftOut, MusicCodec } from "./codec.ts";
export { MUSIC_CODEC_NAMES, MUSIC_CODECS, musicCodec } from "./codecs.ts";
