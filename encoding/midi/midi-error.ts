import { HintedError, type HintedErrorDetails } from "../hinted-error.ts";

/** Values of `MidiError.code`. */
export type MidiErrorCode =
  | "empty"
  | "not-midi"
  | "bad-header"
  | "bad-division"
  | "bad-chunk"
  | "truncated"
  | "missing-track"
  | "bad-length"
  | "bad-status"
  | "bad-data"
  | "bad-tempo"
  | "time-overflow"
  | "bad-value";

export interface MidiErrorDetails extends HintedErrorDetails<MidiErrorCode> {
  /** Byte offset of the damage in the input; absent when the error is not in a file. */
  readonly offset?: number | undefined;
  /** Index of the track being read, from 0. */
  readonly track?: number | undefined;
  /** Whether reading with `recover` succeeds in spite of it. */
  readonly canRecover?: boolean;
}

/**
 * Thrown for malformed MIDI input, and for notes that cannot be written as MIDI. The message states the error and its position; `hint`
 * states the remedy.
 */
export class MidiError extends HintedError<MidiErrorCode> {
  override readonly name = "MidiError";
  readonly offset: number | undefined;
  readonly track: number | undefined;
  readonly canRecover: boolean;

  constructor(found: string, details: MidiErrorDetails) {
    const where = details.offset === undefined ? "" : ` at byte ${details.offset}`;
    const track = details.track === undefined ? "" : ` (track ${details.track})`;
    super(`${found}${where}${track}`, details);
    this.offset = details.offset;
    this.track = details.track;
    this.canRecover = details.canRecover ?? false;
  }
}
