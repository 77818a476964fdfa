/** Options and results of `BandModel`. */
import type { TrackSelection } from "../../../encoding/index.ts";
import type {
  AttentionRequest,
  Candidate,
  Explanation,
  GeneratedId,
  LayerPrediction,
} from "../../engine/index.ts";
import type { SamplingOptions } from "../../options.ts";
import type { GenerateTrackOptions } from "../generated-track.ts";
import type { ContinueOptions, GenerateOptions } from "../options.ts";

/** A generated note. */
export interface BandNote {
  readonly pitch: number;
  readonly velocity: number;
  /** General MIDI program, 0 to 127; 0 for drums. */
  readonly program: number;
  readonly isPercussion: boolean;
  /** Time of the note in seconds of the new music. */
  readonly seconds: number;
  readonly durationSeconds: number;
  /** The samples of onset, duration and note; with the option `candidates`, with the likeliest alternatives. */
  readonly samples: readonly [onset: BandSample, duration: BandSample, note: BandSample];
}

/** A candidate, in words such as "0.12 s later", "for 0.40 s" or "C2 on Acoustic Bass". */
export interface BandCandidate extends Candidate {
  readonly words: string;
}

/** A sampled id. The words of an onset give the time since the previous new note. */
export interface BandSample extends GeneratedId {
  readonly words: string;
  readonly candidates?: readonly BandCandidate[];
}

/** The prediction from the output of a layer, in words. */
export interface BandLayerPrediction extends LayerPrediction {
  readonly candidates: readonly BandCandidate[];
}

/** An explained id. The words of an onset give the time since the previous event. */
export interface BandExplanation extends Explanation {
  /** The id in words; undefined for the one that would follow. */
  readonly words: string | undefined;
  readonly candidates: readonly BandCandidate[];
  readonly layers?: readonly BandLayerPrediction[];
}

/** Options of an explanation; the sampling options and the instruments must be those of the generation. */
export interface BandExplainOptions extends SamplingOptions, Pick<ContinueOptions, "instruments"> {
  /** Number of the likeliest candidates to return. Default 12. */
  readonly candidates?: number;
  /** Layers and heads whose attention to return. Default: none. */
  readonly attention?: AttentionRequest;
  /** Whether to return the predictions from the output of each layer, as in `ExplainOptions`. Default false. */
  readonly layers?: boolean;
}

/** Options that need control tokens or a cache of performance events, which these models do not have. */
type PerformanceOnly =
  | "density"
  | "driftControl"
  | "ending"
  | "generatedFrom"
  | "randomStep"
  | "reuseBeyondWindow"
  | "style";

/** Options of a continuation. */
export type BandContinueOptions = Omit<ContinueOptions, PerformanceOnly>;

/** Options of a continuation that ends. */
export interface BandGenerateOptions extends Omit<GenerateOptions, PerformanceOnly | "onEvent"> {
  /** Called with each note as it is generated; an exception ends the generation. */
  readonly onEvent?: (note: BandNote) => void;
}

/** As for `generate`; the variations have consecutive seeds from `seed` on. */
export interface BandVariationsOptions extends Omit<BandGenerateOptions, "onEvent"> {
  /** Called with each note and the index of its variation, from 0. */
  readonly onEvent?: (note: BandNote, variation: number) => void;
}

export interface BandInfillOptions extends GenerateTrackOptions {
  /** Start of the region, in seconds of the file, rounded to 10 ms. */
  readonly fromSeconds: number;
  /** End of the region. */
  readonly toSeconds: number;
  /** Tracks whose notes are replaced. Default: all. */
  readonly tracks?: TrackSelection;
}
