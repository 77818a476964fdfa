/** Options and results of `BandModel`. */
import type { TrackSelection } from "../../../encoding/index.ts";
import type { GeneratedId } from "../../engine/index.ts";
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
  readonly samples: readonly [GeneratedId, GeneratedId, GeneratedId];
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
export interface BandGenerateOptions extends Omit<
  GenerateOptions,
  PerformanceOnly | "candidates" | "onEvent"
> {
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
