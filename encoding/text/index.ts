/** The door of this room: all that other rooms import from it. */
export { TextStream, TextTokenizer, TokenizerError } from "./text.ts";
