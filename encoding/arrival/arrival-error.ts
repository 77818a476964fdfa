import { HintedError } from "../hinted-error.ts";

/** The kinds of fault; `ArrivalError.code` is one of these. */
export type ArrivalErrorCode =
  | "bad-declaration"
  | "bad-time"
  | "bad-triple"
  | "too-many-instruments"
  | "unknown-event"
  | "unknown-id"
  | "window-too-long";

/** Thrown for ids that are no sequence of triples, and for notes that the vocabulary or a MIDI file cannot hold. */
export class ArrivalError extends HintedError<ArrivalErrorCode> {
  override readonly name = "ArrivalError";
}
