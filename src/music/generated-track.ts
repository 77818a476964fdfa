import type { Score } from "../../encoding/index.ts";
import type { SamplingOptions } from "../options.ts";

/** How music is written into a score that is given. */
export interface GenerateTrackOptions extends SamplingOptions {
  /** Told after each event how many there are, and how many seconds of the music are written. */
  readonly onProgress?: (progress: {
    readonly events: number;
    readonly seconds: number;
    readonly of: number;
  }) => void;
  readonly signal?: AbortSignal;
  /**
   * The MIDI port that the track of the new music names, from 0 to 127; many players ignore it. Default: none; the new music
   * then has a channel of its own, and without one there is a ChannelError.
   */
  readonly port?: number;
}

/** A score with music written into it. */
export interface GeneratedTrack {
  /** What was given, with the new notes in a track of their own. */
  readonly score: Score;
  readonly seed: number;
  /** Ids generated. */
  readonly events: number;
  /** Notes generated. */
  readonly notes: number;
  /** How much music was written for: the melody, or the region. */
  readonly seconds: number;
}
