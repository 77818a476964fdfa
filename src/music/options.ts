/** Options and results of `MusicModel`. */
import type {
  DensityName,
  EventKind,
  Score,
  StyleName,
  TrackSelection,
  VelocitySource,
} from "../../encoding/index.ts";
import type { AttentionRequest, DraftModel, GeneratedId } from "../engine/index.ts";
import type { SamplingOptions } from "../options.ts";

/** One generated event; with the option `candidates`, the likeliest alternatives. */
export interface MusicEvent extends GeneratedId {
  readonly kind: EventKind;
  readonly value: number;
  /** Time of the event in seconds of the new music; for a time shift, its end. */
  readonly seconds: number;
}

/** Options of a continuation: the prompt, the sampling, and when it stops. */
export interface ContinueOptions extends SamplingOptions {
  /** Length of the new music. Default: endless. */
  readonly seconds?: number;
  /** Length of the primer that is used, from its first note. Default: all. */
  readonly primerSeconds?: number;
  /** Tracks of the primer that the model reads. Default: all. The result contains the whole primer. */
  readonly tracks?: TrackSelection;
  /**
   * Instruments of the new music, as `parseInstruments` returns them: General MIDI programs, and 128 for drums. Default: all that the
   * model plays.
   */
  readonly instruments?: ReadonlySet<number>;
  /** Generate an ending near `seconds`, instead of a cut. Default false. */
  readonly ending?: boolean;
  /** Style of the new music. */
  readonly style?: StyleName;
  /** Note density: below 7, 10 or 16 onsets per second, or above. Enforced unless `driftControl` is false. */
  readonly density?: DensityName;
  /**
   * Limit drift: repetition loops are penalized, and the note density is kept in the range of `density`. Without `density` that range is
   * that of human music, and for the first minute also 0.55 to 1.75 times the density of the primer. Default true.
   */
  readonly driftControl?: boolean;
  /** Return with each event its log-probability and this many of the likeliest candidates. */
  readonly candidates?: number;
  /**
   * Index of the first generated id in the primer. A continuation with the same seed, the music so far as primer and this index gives
   * the same events as an uninterrupted generation, while the music fits the model's window; longer music is read again from the start
   * of the last window. `seconds` is then the remaining time. Default: no id of the primer is generated.
   */
  readonly generatedFrom?: number;
  /**
   * Number of random numbers of this seed that were used before: one per generated id, control tokens of `style`, `density` and `ending`
   * included. Default: the number of ids from `generatedFrom` on, with their control tokens.
   */
  readonly randomStep?: number;
  /**
   * Reuse the cache of an earlier call also for music longer than the model's window: generation starts sooner, but the same seed may then
   * give different music. Default false.
   */
  readonly reuseBeyondWindow?: boolean;
  /**
   * Speculative decoding with drafts from earlier repeats in the music, on the native backend. The ids are the same: in int8 always, in fp32
   * unless two noisy scores are equal within the rounding of the logits. Without effect for small models, such as piano, in int8. Default
   * true.
   */
  readonly speculation?: boolean;
  /**
   * A smaller model with the same vocabulary, whose ids are the drafts of speculative decoding; the ids are the same, as with `speculation`.
   * On the native backend, in fp32, and in int8 where `speculation` has an effect; an OptionError elsewhere. Several variations then run one
   * after the other, not as a batch.
   */
  readonly draftModel?: DraftModel;
  readonly signal?: AbortSignal;
}

/** As for `continue`, but for a piece that ends: `seconds` of new music, as a score. */
export interface GenerateOptions extends ContinueOptions {
  readonly seconds: number;
  /** Music to continue. Default: none, a new piece. */
  readonly primer?: Score;
  /**
   * MIDI port of the generated track, 0 to 127; many players ignore it. Default: none; the track then needs a free channel, and
   * without one a ChannelError is thrown.
   */
  readonly port?: number;
  /** Return the new music without the primer. Default false. */
  readonly continuationOnly?: boolean;
  /** Called with each event as it is generated; an exception ends the generation. */
  readonly onEvent?: (event: MusicEvent) => void;
}

/** As for `generate`; the variations have consecutive seeds from `seed` on. */
export interface VariationsOptions extends Omit<GenerateOptions, "onEvent"> {
  /** Called with each event and the index of its variation, from 0. */
  readonly onEvent?: (event: MusicEvent, variation: number) => void;
}

/** A generated piece. The same seed, options and primer give the same score. */
export interface GeneratedMusic {
  /** The primer followed by the new music, or the new music only. */
  readonly score: Score;
  /** The seed that was used: the option's, or a random one. */
  readonly seed: number;
  /** Number of generated ids. */
  readonly events: number;
  /** Number of generated notes. */
  readonly notes: number;
  /** Length of the new music. */
  readonly seconds: number;
  /** Silence before the primer's first note, in seconds, which the prompt omits. */
  readonly trimmedSeconds: number;
  /** Silence after the primer's last sound, in seconds, omitted because it is longer than a bar. */
  readonly leftOutSeconds: number;
  /** Where the velocities of the new notes come from, if the model does not generate loudness. */
  readonly velocities?: VelocitySource;
}

/**
 * Options of an explanation. The sampling options must be those of the generation, since they change the probabilities; the event is
 * explained as one of `continue` without style, density or ending. For music longer than the window the probabilities are
 * approximate, because the model may have had other ids in its cache. The seed, by default 0, must be that of the generation too: the recall
 * passages of the theme memory and the limits on note durations depend on it.
 */
export interface ExplainOptions extends SamplingOptions {
  /** As for `continue`; set it to false for an event that was not generated. Default true. */
  readonly driftControl?: boolean;
  /** As for `continue`: index of the first generated id. Default: `index`. */
  readonly generatedFrom?: number;
  /** Number of the likeliest candidates to return. Default 12. */
  readonly candidates?: number;
  /** Layers and heads whose attention to return. Default: none. */
  readonly attention?: AttentionRequest;
  /**
   * Whether to return the predictions from the output of each layer, and how far attention and the feed-forward network moved the
   * residual stream: see `LayerPrediction`. These are the model's own probabilities, without grammar, drift control or sampling
   * options. The first explanation with layers reads the weights again and builds a second graph, which stays until `dispose`.
   * Default false.
   */
  readonly layers?: boolean;
}

/** Music to continue: a score, or the ids of a performance without START and END. */
export type Primer = Score | readonly number[];
