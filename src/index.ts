/** The public entry, safe for browsers: `readMidi`, `writeMidi`, `MusicModel` and what they need. */
export * from "../encoding/index.ts";
export { MusicModel } from "./music/music-model.ts";
export type {
  ContinueOptions,
  ExplainOptions,
  GeneratedMusic,
  GenerateOptions,
  MusicEvent,
  Primer,
} from "./music/options.ts";
export { PrimerError } from "./music/prompt.ts";
export type { AddedMusic, WritingOptions } from "./music/added-music.ts";
export type { InfillOptions } from "./music/infill.ts";
export { TaskError } from "./music/task-error.ts";
export { type ErrorWithHint, isErrorWithHint } from "./errors.ts";
export type { Candidate, Explanation, LayerAttention } from "./engine/index.ts";
export {
  checkPrecision,
  checkSampling,
  type NumberOption,
  OptionError,
  PRECISION_OPTION,
  problemWith,
  SAMPLING_OPTIONS,
  type SamplingOptions,
} from "./options.ts";
export { PromptError, TextModel } from "./text/text-model.ts";
export type {
  CompleteOptions,
  GeneratedText,
  GenerateTextOptions,
  ScoreTextOptions,
  TextCandidate,
  TextEnd,
  TextScore,
  TextStep,
} from "./text/options.ts";
