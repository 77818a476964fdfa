import type { Score, VelocitySource } from "../../encoding/index.ts";
import type { DraftModel } from "../engine/index.ts";
import type { SamplingOptions } from "../options.ts";

/** Options for the generation of a track of a given score. */
export interface GenerateTrackOptions extends SamplingOptions {
  /** Called after each event with the number of events, the seconds generated and the total seconds. */
  readonly onProgress?: (progress: {
    readonly events: number;
    readonly seconds: number;
    readonly of: number;
  }) => void;
  readonly signal?: AbortSignal;
  /**
   * MIDI port of the generated track, 0 to 127; many players ignore it. Default: none; the track then needs a free channel, and
   * without one a ChannelError is thrown.
   */
  readonly port?: number;
  /** Instruments of the new music: see `ContinueOptions`. */
  readonly instruments?: ReadonlySet<number>;
  /** Speculative decoding: see `ContinueOptions`. Without effect for models of performance events. Default true. */
  readonly speculation?: boolean;
  /** A smaller model with the same vocabulary: see `ContinueOptions`. */
  readonly draftModel?: DraftModel;
}

/** A score with a generated track. */
export interface GeneratedTrack {
  /** The given score with one more track, which has the generated notes. */
  readonly score: Score;
  /** The seed that was used: the option's, or a random one. */
  readonly seed: number;
  /** Number of generated ids. */
  readonly events: number;
  /** Number of generated notes. */
  readonly notes: number;
  /** Length of the melody or of the region. */
  readonly seconds: number;
  /** Where the velocities of the new notes come from, if the model does not generate loudness. */
  readonly velocities?: VelocitySource;
}
