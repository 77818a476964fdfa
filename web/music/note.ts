import type { PerformanceEventKind } from "../../encoding/index.ts";

/** Origin of music: of the user; a continuation or accompaniment by the model; a region that the model infilled. */
export type Origin = "primer" | "generated" | "infilled";

/** A note of a piece that may still be growing. */
export interface PieceNote {
  readonly pitch: number;
  /** 1–127. */
  readonly velocity: number;
  readonly startSeconds: number;
  /** Undefined while its end has not been written. */
  endSeconds: number | undefined;
  /** Index of the id that begins it. */
  readonly index: number;
  /** Index of the id that ends it. */
  endIndex: number | undefined;
  readonly origin: Origin;
}

/** A note begins or ends. */
export interface NoteEvent {
  readonly kind: Extract<PerformanceEventKind, "NOTE_ON" | "NOTE_OFF">;
  readonly note: PieceNote;
  readonly seconds: number;
}
