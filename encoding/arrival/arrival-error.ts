import { HintedError } from "../hinted-error.ts";

/** Values of `ArrivalError.code`. */
export type ArrivalErrorCode =
  | "bad-declaration"
  | "bad-time"
  | "bad-triple"
  | "too-many-instruments"
  | "unknown-event"
  | "unknown-id"
  | "unknown-instrument"
  | "window-too-long";

/** Thrown for ids that are not a sequence of triples, and for notes that the vocabulary or a MIDI file cannot represent. */
export class ArrivalError extends HintedError<ArrivalErrorCode> {
  override readonly name = "ArrivalError";
}
