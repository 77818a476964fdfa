/** The public entry, safe for browsers: `readMidi`, `writeMidi`, `MusicModel` and what they need. */
export * from "../encoding/index.ts";
export {
  type BandCandidate,
  type BandContinueOptions,
  type BandExplainOptions,
  type BandExplanation,
  type BandGenerateOptions,
  type BandInfillOptions,
  BandModel,
  type BandNote,
  type BandSample,
  type BandVariationsOptions,
  type GeneratedTrack,
  type ContinueOptions,
  type ExplainOptions,
  type GeneratedMusic,
  type GenerateOptions,
  type InfillOptions,
  type MusicEvent,
  MusicModel,
  type Primer,
  PrimerError,
  TaskError,
  type GenerateTrackOptions,
} from "./music/index.ts";
export { type ErrorWithHint, isErrorWithHint } from "./errors.ts";
export type { Candidate, Explanation, LayerAttention } from "./engine/index.ts";
export {
  checkPrecision,
  checkSampling,
  type NumberOption,
  type NumberOptionKey,
  type OptionSlider,
  OptionError,
  PRECISION_OPTION,
  problemWith,
  SAMPLING_OPTIONS,
  type SamplingOptions,
} from "./options.ts";
export {
  type CompleteOptions,
  type GeneratedText,
  type GenerateTextOptions,
  PromptError,
  type ScoreTextOptions,
  type SpecialIds,
  type TextCandidate,
  type TextEnd,
  TextModel,
  type TextPrompt,
  type TextScore,
  type TextStep,
} from "./text/index.ts";
