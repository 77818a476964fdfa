/** Options and results of `ArrivalComposer`. */
import type { Score, TrackSelection } from "../../../encoding/index.ts";
import type { GeneratedId } from "../../engine/index.ts";
import type { SamplingOptions } from "../../options.ts";
import type { GenerateTrackOptions } from "../generated-track.ts";

/** A generated note. */
export interface ArrivalMusicNote {
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

export interface CommonOptions extends SamplingOptions {
  /** Instruments of the new music, as `parseInstruments` returns them. Default: all. */
  readonly instruments?: ReadonlySet<number> | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Options of a continuation. */
export interface ArrivalContinueOptions extends CommonOptions {
  /** Length of the new music. Default: endless. */
  readonly seconds?: number | undefined;
  /** Length of the primer that is used, from its first note. Default: all. */
  readonly primerSeconds?: number | undefined;
  /** Tracks of the primer that the model reads. Default: all. The result contains the whole primer. */
  readonly tracks?: TrackSelection | undefined;
  /** Return with each sample its log-probability and this many of the likeliest candidates. */
  readonly candidates?: number | undefined;
}

/** Options of a continuation that ends. */
export interface ArrivalGenerateOptions extends ArrivalContinueOptions {
  readonly seconds: number;
  readonly primer?: Score | undefined;
  /** MIDI port of the new tracks, 0 to 127. Default: none; each has a channel of its own. */
  readonly port?: number | undefined;
  /** Return the new music without the primer. Default false. */
  readonly continuationOnly?: boolean | undefined;
  readonly onNote?: ((note: ArrivalMusicNote) => void) | undefined;
}

export interface ArrivalTrackOptions extends GenerateTrackOptions {
  readonly instruments?: ReadonlySet<number> | undefined;
}

export interface ArrivalInfillOptions extends ArrivalTrackOptions {
  /** Start of the region, in seconds of the file, rounded to 10 ms. */
  readonly fromSeconds: number;
  /** End of the region. */
  readonly toSeconds: number;
  /** Tracks whose notes are replaced. Default: all. */
  readonly tracks?: TrackSelection | undefined;
}
