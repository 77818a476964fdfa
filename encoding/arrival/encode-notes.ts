import type { Score } from "../midi/index.ts";
import { type ArrivalNote, arrivalSteps, inOrder } from "./events.ts";
import { ARRIVAL_55028, type ArrivalVocabulary, DRUMS } from "./vocabulary.ts";

export interface ArrivalNotesOptions {
  /** Determines the longest duration. Default: `ARRIVAL_55028`, 9.99 s. */
  readonly vocabulary?: ArrivalVocabulary | undefined;
  /** Include the pedals in the durations. Default false, as in the training of the published models. */
  readonly foldPedal?: boolean | undefined;
}

/**
 * The notes of a score, drums included, on the 10 ms grid, in order of onset, then of the file. Onset and duration are rounded
 * separately; durations are limited to the longest of the vocabulary.
 */
export function arrivalNotes(score: Pick<Score, "notes">, options: ArrivalNotesOptions = {}): ArrivalNote[] {
  const longest = (options.vocabulary ?? ARRIVAL_55028).durations - 1;
  const notes = score.notes.map((note): ArrivalNote => {
    const endSeconds = options.foldPedal ? note.soundEndSeconds : note.endSeconds;
    return {
      kind: "note",
      onsetStep: arrivalSteps(note.startSeconds),
      durationSteps: Math.min(longest, arrivalSteps(endSeconds - note.startSeconds)),
      pitch: note.pitch,
      instrument: note.isPercussion ? DRUMS : note.program,
      isControl: false,
      velocity: note.velocity,
    };
  });
  return inOrder(notes);
}
