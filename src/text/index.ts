/** What other rooms import from this one: all that other rooms import from it. */
export type {
  CompleteOptions,
  ExplainTextOptions,
  GeneratedText,
  GenerateTextOptions,
  ScoreTextOptions,
  TextCandidate,
  TextEnd,
  TextExplanation,
  TextLayerPrediction,
  TextPrompt,
  TextScore,
  TextStep,
} from "./options.ts";
export { PromptError } from "./prompt-error.ts";
export { TextModel } from "./text-model.ts";
export type { SpecialIds } from "./special-ids.ts";
export { readTextFiles } from "./tokenizer-files.ts";
