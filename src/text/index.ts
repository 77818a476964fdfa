/** What other rooms import from this one: all that other rooms import from it. */
export type {
  CompleteOptions,
  GeneratedText,
  GenerateTextOptions,
  ScoreTextOptions,
  TextCandidate,
  TextEnd,
  TextPrompt,
  TextScore,
  TextStep,
} from "./options.ts";
export { PromptError, TextModel } from "./text-model.ts";
export type { SpecialIds } from "./special-ids.ts";
export { readTextFiles } from "./tokenizer-files.ts";
