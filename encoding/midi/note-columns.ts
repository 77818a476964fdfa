/** What encoding reads of notes: one array for each property. */
import type { Note } from "./score.ts";

/** What encoding reads of notes. */
export interface NoteColumns {
  readonly startSeconds: Float64Array;
  readonly endSeconds: Float64Array;
  readonly pitches: Uint8Array | Float64Array;
  readonly velocities: Uint8Array | Float64Array;
}

/** Notes in the order given; what is no pitch or velocity stays what it is. */
export function columnsOf(notes: readonly Note[]): NoteColumns {
  return {
    startSeconds: Float64Array.from(notes, (note) => note.startSeconds),
    endSeconds: Float64Array.from(notes, (note) => note.endSeconds),
    pitches: Float64Array.from(notes, (note) => note.pitch),
    velocities: Float64Array.from(notes, (note) => note.velocity),
  };
}
