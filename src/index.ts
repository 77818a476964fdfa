/** The public entry, safe for browsers: `readMidi`, `writeMidi`, `MusicModel` and what they need. */
export * from "../encoding/index.ts";
export {
  type ContinueOptions,
  type GeneratedMusic,
  type GenerateOptions,
  type MusicEvent,
  MusicModel,
  PrimerError,
} from "./music.ts";
export {
  checkSampling,
  type NumberOption,
  OptionError,
  problemWith,
  SAMPLING_OPTIONS,
  type SamplingOptions,
} from "./options.ts";
