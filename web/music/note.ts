import type { PerformanceEventKind } from "../../encoding/index.ts";

/** Origin of music: the user; a continuation or accompaniment by the model; a region that the model infilled. */
export type Origin = "primer" | "generated" | "infilled";

/** A note of a piece that may still grow. */
export interface PieceNote {
  readonly pitch: number;
  /** 1–127. */
  readonly velocity: number;
  readonly startSeconds: number;
  /** Undefined until the note ends. */
  endSeconds: number | undefined;
  /** Index of its note-on id. */
  readonly index: number;
  /** Index of its note-off id. */
  endIndex: number | undefined;
  readonly origin: Origin;
  /** In music of several instruments: the place of its instrument in the order of appearance. */
  readonly part?: number;
}

/** A note-on or note-off. */
export interface NoteEvent {
  readonly kind: Extract<PerformanceEventKind, "NOTE_ON" | "NOTE_OFF">;
  readonly note: PieceNote;
  readonly seconds: number;
}
