/** What the music facade takes and gives. */
import type { DensityName, EventKind, Score, StyleName, TrackSelection } from "../../encoding/index.ts";
import type { AttentionRequest, GeneratedId } from "../engine/index.ts";
import type { SamplingOptions } from "../options.ts";

/** One generated event; with `candidates`, what else it could have been. */
export interface MusicEvent extends GeneratedId {
  readonly kind: EventKind;
  readonly value: number;
  /** When it happens (a time shift: when it is over), in seconds of the new music. */
  readonly seconds: number;
}

/** How music goes on: what is shown to the model, how its ids are drawn, and when it stops. */
export interface ContinueOptions extends SamplingOptions {
  /** How much new music; events beyond it are not generated. Default: endless. */
  readonly seconds?: number;
  /** How much of the primer, from its first note, is continued. Default: all of it. */
  readonly primerSeconds?: number;
  /** The tracks of the primer that the model is shown. Default: all. The primer comes back whole all the same. */
  readonly tracks?: TrackSelection;
  /** Bring the piece to a close near `seconds`, instead of stopping there. Default false. */
  readonly ending?: boolean;
  /** Play in this style. */
  readonly style?: StyleName;
  /** Play so many notes: up to 7, 10 or 16 in a second, or more. Music that plays others is slowed down or hurried, where `driftControl`. */
  readonly density?: DensityName;
  /**
   * Keep the music from running away: a figure that comes again and again becomes less likely; the pace is led back to that of
   * `density` or, after a minute of new music, to where most piano music is; and from then on pitches are drawn at 0.88 times their
   * temperature, so that the music comes back to what it played. Default true; false: nothing but the model.
   */
  readonly driftControl?: boolean;
  /** Give with each event this many of the likeliest candidates, and its log-probability. */
  readonly candidates?: number;
  /**
   * Index into the primer's ids: those from here on are generated. With the same seed, the music so far as primer and the
   * index at which it began, the same music goes on as if it had not been interrupted, while it is within the model's window; of
   * more, the last window is read anew. `seconds` then are those that are left. Default: none of the primer is generated.
   */
  readonly generatedFrom?: number;
  /**
   * How many random numbers the same seed has given before: one for each generated id, control tokens of `style`, `density` and
   * `ending` included. Default: as many as the ids from `generatedFrom` on took.
   */
  readonly randomStep?: number;
  /**
   * Reuse the cache of an earlier call also for music longer than the model's window: a quicker start, but the same seed may
   * then give other music. Default false.
   */
  readonly reuseBeyondWindow?: boolean;
  readonly signal?: AbortSignal;
}

/** As for `continue`, but for a piece that ends: `seconds` of new music, as a score. */
export interface GenerateOptions extends ContinueOptions {
  readonly seconds: number;
  /** Music to continue. Default: a piece from its beginning. */
  readonly primer?: Score;
  /**
   * The MIDI port that the track of the new music names, from 0 to 127, as many players ignore it. Default: none; the new music
   * then has a channel of its own, and without one there is a ChannelError.
   */
  readonly port?: number;
  /** Return the new music alone, without the primer before it. Default false. */
  readonly continuationOnly?: boolean;
  /** Told of every event as it is generated, in order; what it throws ends the generation. */
  readonly onEvent?: (event: MusicEvent) => void;
}

/** As for `generate`; the seeds of the variations follow each other, from `seed` on. */
export interface VariationsOptions extends Omit<GenerateOptions, "onEvent" | "resume"> {
  /** Told of every event, and which of the variations it is of, from 0. */
  readonly onEvent?: (event: MusicEvent, variation: number) => void;
}

/** A generated piece, and what it takes to make it again: the same seed, options and primer give the same score. */
export interface GeneratedMusic {
  /** The primer as it was, then the new music; or the new music alone. */
  readonly score: Score;
  /** The one that was given, or the one that was chosen. */
  readonly seed: number;
  /** Ids generated. */
  readonly events: number;
  /** Notes generated. */
  readonly notes: number;
  /** How much new music there is. */
  readonly seconds: number;
  /** Seconds of silence before the primer's first note, which the model was not given. */
  readonly trimmedSeconds: number;
  /** Seconds of silence behind the primer's last sound that were left out, being longer than a bar. */
  readonly leftOutSeconds: number;
}

/**
 * What to tell of a draw. The sampling options are those it was made with: they shape the probabilities. The draw is taken for
 * one of `continue` without style, density or ending. Of music longer than the window the model may have seen other ids than it
 * does now, and the probabilities are near those of the draw, not the same.
 */
export interface ExplainOptions extends SamplingOptions {
  /** As for `continue`; false for music that was not generated. Default true. */
  readonly driftControl?: boolean;
  /** As for `continue`: index of the first id that was generated, and no id behind it was given. Default: `index`. */
  readonly generatedFrom?: number;
  /** How many of the likeliest candidates to name. Default 12. */
  readonly candidates?: number;
  /** Whose attention is wanted, by layers and heads. Default: nobody's. */
  readonly attention?: AttentionRequest;
}

/** Music to go on from: a score, or the ids of a performance, without those that frame a piece. */
export type Primer = Score | readonly number[];
