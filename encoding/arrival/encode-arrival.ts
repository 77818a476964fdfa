import type { Score } from "../midi/index.ts";
import { arrivalNotes, type ArrivalNotesOptions } from "./encode-notes.ts";
import { type ArrivalNote, inOrder, type TimedEvent } from "./events.ts";
import { anticipate, padWithRests } from "./sequence.ts";
import { ARRIVAL_55028, type ArrivalVocabulary } from "./vocabulary.ts";
import { type ArrivalWindow, cutWindows } from "./windows.ts";

export interface EncodeArrivalOptions extends ArrivalNotesOptions {
  /** Whether a note is a control, which comes 5 s before its time in the sequence. Default: no note is. */
  readonly isControl?: ((note: ArrivalNote) => boolean) | undefined;
}

/**
 * Encodes a score as ids: notes, rests between distant onsets, controls 5 s before their time, and windows of at most 1,024 ids and 100 s.
 *
 * @returns the windows; none for a score without notes.
 * @throws ArrivalError for an instrument that is not in the vocabulary.
 * @example
 * const windows = encodeArrival(readMidi(bytes), { isControl: ({ instrument }) => instrument !== DRUMS });
 */
export function encodeArrival(score: Score, options: EncodeArrivalOptions = {}): ArrivalWindow[] {
  const { vocabulary, isControl = () => false } = options;
  const notes = arrivalNotes(score, options);
  return encodeArrivalNotes(
    notes.map((note) => ({ ...note, isControl: isControl(note) })),
    { vocabulary },
  );
}

export interface EncodeArrivalNotesOptions {
  /** Default: `ARRIVAL_55028`. */
  readonly vocabulary?: ArrivalVocabulary | undefined;
  /** Maximum number of ids in a window. Default: that of the vocabulary, 1,024. */
  readonly windowIds?: number | undefined;
}

/** Encodes notes, some of which are controls, as `encodeArrival` does. */
export function encodeArrivalNotes(
  notes: readonly ArrivalNote[],
  options: EncodeArrivalNotesOptions = {},
): ArrivalWindow[] {
  const { vocabulary = ARRIVAL_55028, windowIds = Infinity } = options;
  const triples = Math.max(1, Math.min(vocabulary.windowTriples, Math.floor((windowIds - 1) / 3)));
  return cutWindows(arrivalSequence(notes, vocabulary), { vocabulary, triples });
}

/** The events of a piece: notes, rests up to its last onset, and controls 5 s before their time. */
export function arrivalSequence(
  notes: readonly ArrivalNote[],
  vocabulary: ArrivalVocabulary = ARRIVAL_55028,
): TimedEvent[] {
  const lastStep = notes.reduce((latest, { onsetStep }) => Math.max(latest, onsetStep), 0);
  const own = inOrder(notes.filter((note) => !note.isControl));
  const padded = padWithRests(own, lastStep, vocabulary);
  const controls = notes.filter((note) => note.isControl);
  const { events, left } = anticipate(padded, controls, { vocabulary });
  return [...events, ...left];
}
