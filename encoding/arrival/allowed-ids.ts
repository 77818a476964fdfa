/** Which ids may come next, so that whatever is sampled decodes. */
import { ARRIVAL_55028, type ArrivalSlot, type ArrivalVocabulary, type IdSpan } from "./vocabulary.ts";

/** The most instruments that a generated sequence has, drums among them. */
const MAX_GENERATED_INSTRUMENTS = 15;

export interface AllowedIdsOptions {
  /** Default: `ARRIVAL_55028`. */
  readonly vocabulary?: ArrivalVocabulary | undefined;
  /** The earliest onset, in steps after the start of the window: the music does not go back. Default 0. */
  readonly fromStep?: number | undefined;
  /** The instruments of the whole sequence so far, controls included. Default: none. */
  readonly instruments?: ReadonlySet<number> | undefined;
}

/**
 * The ids that may stand in a place of the next triple, in order; never a control or a special id. A rest counts as a
 * note, and as no instrument. Once there are 15 instruments, notes are theirs alone.
 *
 * @returns no span when `fromStep` lies beyond the window: the next one must begin.
 */
export function allowedIds(slot: ArrivalSlot, options: AllowedIdsOptions = {}): IdSpan[] {
  const { vocabulary = ARRIVAL_55028, fromStep = 0, instruments = new Set() } = options;
  const { first, end } = vocabulary.slot(slot);
  if (slot === "onset") {
    const earliest = first + Math.max(0, fromStep);
    return earliest < end ? [{ first: earliest, end }] : [];
  }
  if (slot === "duration" || instruments.size < MAX_GENERATED_INSTRUMENTS) return [{ first, end }];
  const spans = vocabulary.instruments
    .filter((instrument) => instruments.has(instrument))
    .map((instrument) => spanOf(vocabulary.noteId(instrument, 0), vocabulary.noteId(instrument, 127)));
  return merged([...spans, spanOf(vocabulary.rest, vocabulary.rest)]);
}

function spanOf(first: number, last: number): IdSpan {
  return { first, end: last + 1 };
}

/** Neighbors made one. */
function merged(spans: readonly IdSpan[]): IdSpan[] {
  const result: IdSpan[] = [];
  for (const span of spans) {
    const last = result.at(-1);
    if (last?.end === span.first) result[result.length - 1] = { first: last.first, end: span.end };
    else result.push(span);
  }
  return result;
}
