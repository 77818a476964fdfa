/** The properties of notes that encoding needs, as one array per property. */
import type { Note } from "./score.ts";

/** One entry per note. */
export interface NoteColumns {
  readonly startSeconds: Float64Array;
  readonly endSeconds: Float64Array;
  readonly pitches: Uint8Array | Float64Array;
  readonly velocities: Uint8Array | Float64Array;
}

/** Notes as columns, in the same order; invalid pitches and velocities stay unchanged. */
export function columnsOf(notes: readonly Note[]): NoteColumns {
  return {
    startSeconds: Float64Array.from(notes, (note) => note.startSeconds),
    endSeconds: Float64Array.from(notes, (note) => note.endSeconds),
    pitches: Float64Array.from(notes, (note) => note.pitch),
    velocities: Float64Array.from(notes, (note) => note.velocity),
  };
}
