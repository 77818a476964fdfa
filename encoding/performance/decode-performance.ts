/** Performance ids to notes, with the semantics of note-seq (`performance_lib.py`). */
import type { Note } from "../midi/index.ts";
import { STEPS_PER_SECOND } from "./performance.ts";
import { type NoteState, PerformanceState } from "./performance-state.ts";
import type { Vocabulary } from "./vocabulary.ts";

/** A decoded note; `onset` counts the note-ons of the sequence from 0. */
export interface PerformanceNote extends Note {
  readonly startStep: number;
  readonly endStep: number;
  readonly onset: number;
}

/**
 * Decodes ids into notes, ordered by note-on. A note-off ends the oldest sounding note of its pitch and is ignored if
 * there is none. Notes of duration 0 are dropped. Notes still sounding end at `endStep`, by default the time of the last event.
 *
 * @throws VocabularyError for an id outside the vocabulary.
 */
export function decodePerformance(
  ids: Iterable<number>,
  vocabulary: Vocabulary,
  endStep?: number,
): PerformanceNote[] {
  const state = new PerformanceState(vocabulary);
  const notes: NoteState[] = [];
  for (const id of ids) {
    const note = state.push(id);
    if (note && note.endStep === undefined) notes.push(note);
  }
  return finishedNotes(notes, endStep ?? state.step);
}

/** Notes in seconds: those of duration 0 are dropped, those that still sound end at `endStep`. */
export function finishedNotes(notes: readonly NoteState[], endStep: number): PerformanceNote[] {
  return notes.flatMap((note) => {
    const { startStep, endStep: end = endStep } = note;
    if (end <= startStep) return [];
    return [
      {
        ...note,
        endStep: end,
        startSeconds: startStep / STEPS_PER_SECOND,
        endSeconds: end / STEPS_PER_SECOND,
      },
    ];
  });
}
