/** Explains a value of a note in the music around it: its candidates as notes, and the attention to events. */
import {
  type ArrivalNote,
  type ArrivalSlot,
  type ArrivalVocabulary,
  padWithRests,
  type TimedEvent,
} from "../../../encoding/index.ts";
import type { CachedContext } from "../../engine/index.ts";
import { ArrivalSequenceWindow } from "./arrival-window.ts";
import type { BandCandidate, BandExplanation } from "./band-options.ts";
import { explainArrival, type ExplainArrivalOptions, SLOTS } from "./explain-arrival.ts";

/** A value of a note: its onset, its duration, or pitch and instrument. All data can be cloned. */
export interface ArrivalPlace {
  /** The events before the note, in order of onset. */
  readonly prompt: readonly TimedEvent[];
  readonly note: ArrivalNote;
  readonly slot: ArrivalSlot;
}

export interface ArrivalCandidate extends BandCandidate {
  /** The explained note with this value; a rest in its place. */
  readonly event: TimedEvent;
}

export interface ArrivalExplanation extends BandExplanation {
  readonly candidates: readonly ArrivalCandidate[];
  /**
   * The events of the window: the indices in `prompt`, and -1 for a rest between them. Position 0 of the attention is the start, positions
   * 3 i + 1 to 3 i + 3 are the values of event i; those after the last event are of the note itself.
   */
  readonly events: readonly number[];
}

/**
 * The window is that of a generation that begins with the note.
 *
 * @throws ArrivalError for notes that are not in the vocabulary; EngineError as `explainSample`.
 */
export async function explainEvent(
  context: CachedContext,
  { prompt, note, slot }: ArrivalPlace,
  options: ExplainArrivalOptions,
): Promise<ArrivalExplanation> {
  const { vocabulary } = options;
  const before = padWithRests([...prompt, note], 0, vocabulary).slice(0, -1);
  const window = new ArrivalSequenceWindow({ vocabulary, isAnticipating: false, positions: context.window });
  for (const event of before) window.push(event);
  const ids = window.ids(before.at(-1)?.onsetStep ?? 0);
  const { startStep } = window;
  const values = [
    note.onsetStep - startStep,
    vocabulary.durationFirst + note.durationSteps,
    vocabulary.noteId(note.instrument, note.pitch),
  ];
  const place = SLOTS.indexOf(slot);
  const { candidates, ...explanation } = await explainArrival(
    context,
    [...ids, ...values.slice(0, place + 1)],
    ids.length + place,
    options,
  );
  const indices = new Map(prompt.map((event, index) => [event, index]));
  return {
    ...explanation,
    candidates: candidates.map((candidate) => ({
      ...candidate,
      event: withValue(note, slot, candidate.id, { vocabulary, startStep }),
    })),
    events: before
      .slice(before.length - (ids.length - 1) / SLOTS.length)
      .map((event) => indices.get(event) ?? -1),
  };
}

function withValue(
  note: ArrivalNote,
  slot: ArrivalSlot,
  id: number,
  { vocabulary, startStep }: { readonly vocabulary: ArrivalVocabulary; readonly startStep: number },
): TimedEvent {
  if (slot === "onset") return { ...note, onsetStep: startStep + id };
  if (slot === "duration") return { ...note, durationSteps: id - vocabulary.durationFirst };
  if (id === vocabulary.rest) return { kind: "rest", onsetStep: note.onsetStep };
  return { ...note, ...vocabulary.note(id - vocabulary.noteFirst) };
}
