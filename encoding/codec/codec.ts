/** The interface of vocabularies of music to commands and tools. */
import type { Score, TrackSelection } from "../midi/index.ts";

/** Ids that fit into one window of a model. */
export interface IdWindow {
  readonly ids: Uint16Array<ArrayBuffer>;
  /** Step of 10 ms, from the start of the piece, from which the times of the ids count. */
  readonly startStep: number;
}

/** Consecutive ids of one kind. */
export interface IdKindRange {
  readonly kind: string;
  readonly first: number;
  readonly count: number;
}

/** Counts of the notes of a score that a vocabulary has no ids for, and the trimmed silence. */
export interface LeftOut {
  /** Number of notes of percussion. */
  readonly percussion: number;
  /** Number of notes whose pitch is not in the vocabulary. */
  readonly pitches: number;
  /** Number of notes whose instrument is not in the vocabulary. */
  readonly instruments: number;
  /** Trimmed silence before the first note. */
  readonly seconds: number;
}

/** The ids of a score, and counts of what they omit. */
export interface EncodedMusic {
  /** One window; any number of them for a windowed codec. */
  readonly windows: readonly IdWindow[];
  /** Number of notes in the windows. */
  readonly notes: number;
  readonly leftOut: LeftOut;
}

/** Options of `MusicCodec.encode`. */
export interface EncodeMusicOptions {
  /** Start with the first note instead of the start of the file. Default false. */
  readonly trimLeadingSilence?: boolean | undefined;
  /** Tracks whose notes are controls. Default: none. Only for codecs with `hasControls`. */
  readonly controls?: TrackSelection | undefined;
  /** Maximum number of ids in a window. Default: that of the vocabulary. Only for windowed codecs. */
  readonly windowIds?: number | undefined;
}

/** A vocabulary with its encoder and decoder. */
export interface MusicCodec {
  /** Name of the vocabulary, as in the config.json of a checkpoint. */
  readonly name: string;
  /** Number of ids. */
  readonly size: number;
  /** A description of its ids. */
  readonly summary: string;
  /** The kinds of its ids, in order. */
  readonly ranges: readonly IdKindRange[];
  /** Whether a piece is divided into windows, since times count from the start of a window. */
  readonly isWindowed: boolean;
  /** Whether percussion has ids. */
  readonly hasPercussion: boolean;
  /** Whether notes can be controls: conditioning, which is not generated. */
  readonly hasControls: boolean;

  /**
   * Encodes a score; notes that are not in the vocabulary are counted in `leftOut`.
   *
   * @throws EncodingError or ArrivalError for times and notes that cannot be encoded.
   */
  encode(score: Score, options?: EncodeMusicOptions): EncodedMusic;

  /** @throws VocabularyError or ArrivalError for ids that cannot be decoded. */
  decode(windows: readonly IdWindow[]): Score;

  /**
   * A readable line for each event.
   *
   * @throws as `decode`.
   */
  eventLines(windows: readonly IdWindow[]): string[];
}
