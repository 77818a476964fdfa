/** Exports of this folder for other folders. */
export {
  type EncodeTextOptions,
  TextStream,
  TextTokenizer,
  type TokenizerFiles,
  TokenizerError,
} from "./text.ts";
