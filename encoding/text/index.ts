/** Exports of this folder for other folders. */
export { TextStream, TextTokenizer, TokenizerError } from "./text.ts";
