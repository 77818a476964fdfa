import type { Score } from "../midi/index.ts";
import { type ArrivalNote, arrivalSteps, inOrder } from "./events.ts";
import { ARRIVAL_55028, type ArrivalVocabulary, DRUMS } from "./vocabulary.ts";

export interface ArrivalNotesOptions {
  /** What the longest duration is taken from. Default: `ARRIVAL_55028`, so 9.99 s. */
  readonly vocabulary?: ArrivalVocabulary | undefined;
  /** Let notes last as long as a pedal holds them. Default false, as in the training of the published models. */
  readonly foldPedal?: boolean | undefined;
}

/**
 * The notes of a score, drums too, on the grid of 10 ms, in order of onset and then of the file. Onset and duration are
 * rounded each on its own; a duration beyond the longest becomes the longest.
 */
export function arrivalNotes(score: Score, options: ArrivalNotesOptions = {}): ArrivalNote[] {
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
