import type { Score } from "../midi/index.ts";
import { arrivalNotes, type ArrivalNotesOptions } from "./encode-notes.ts";
import type { ArrivalNote } from "./events.ts";
import { anticipate, padWithRests } from "./sequence.ts";
import { type ArrivalWindow, cutWindows } from "./windows.ts";

export interface EncodeArrivalOptions extends ArrivalNotesOptions {
  /** Which notes are controls, which come 5 s before their time in the sequence. Default: none. */
  readonly isControl?: ((note: ArrivalNote) => boolean) | undefined;
}

/**
 * Encodes a score as ids: notes, rests in long waits, controls 5 s before their time, and windows of at most 1,024 ids and 100 s.
 *
 * @returns the windows; none for a score without notes.
 * @throws ArrivalError for an instrument that is not in the vocabulary.
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
