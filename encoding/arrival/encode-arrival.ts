import type { Score } from "../midi/index.ts";
import { arrivalNotes, type ArrivalNotesOptions } from "./encode-notes.ts";
import type { ArrivalNote } from "./events.ts";
import { anticipate, padWithRests } from "./sequence.ts";
import { type ArrivalWindow, cutWindows } from "./windows.ts";

export interface EncodeArrivalOptions extends ArrivalNotesOptions {
  /** Which notes are controls: given, and shown to a model 5 s ahead of their time. Default: none. */
  readonly isControl?: ((note: ArrivalNote) => boolean) | undefined;
}

/**
 * A score to ids: notes, rests in long waits, controls 5 s ahead of their time, and windows of 1,024 ids and 100 s.
 *
 * @returns as many windows as it takes; none for a score without notes.
 * @throws ArrivalError for an instrument that the vocabulary lacks.
 * @example
 * const windows = encodeArrival(readMidi(bytes), { isControl: ({ instrument }) => instrument !== DRUMS });
 */
export function encodeArrival(score: Score, options: EncodeArrivalOptions = {}): ArrivalWindow[] {
  const { vocabulary, isControl = () => false } = options;
  const notes = arrivalNotes(score, options);
  const lastStep = notes.at(-1)?.onsetStep ?? 0;
  const padded = padWithRests(
    notes.filter((note) => !isControl(note)),
    lastStep,
    vocabulary,
  );
  const { events, left } = anticipate(padded, notes.filter(isControl), { vocabulary });
  return cutWindows([...events, ...left], { vocabulary });
}
