import { HintedError, type HintedErrorDetails } from "../hinted-error.ts";

/** The classes of damage a Standard MIDI File can show; `MidiError.code` is one of these. */
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
  /** Byte offset in the input where the damage was found; absent when the fault is not in a file. */
  readonly offset?: number | undefined;
  /** Index of the track being read, from 0. */
  readonly track?: number | undefined;
  /** Whether reading with `recover` gets past it. */
  readonly canRecover?: boolean;
}

/**
 * Thrown for every malformed MIDI input, and for notes that cannot be written as MIDI. The message says what was
 * found and where; `hint` says what to do.
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
