/** Ids allowed at the next position, such that every sampled sequence can be decoded. */
import { ARRIVAL_55028, type ArrivalSlot, type ArrivalVocabulary, type IdSpan } from "./vocabulary.ts";

/** Maximum number of instruments in a generated sequence, drums included. */
const MAX_GENERATED_INSTRUMENTS = 15;

export interface AllowedIdsOptions {
  /** Default: `ARRIVAL_55028`. */
  readonly vocabulary?: ArrivalVocabulary | undefined;
  /** The earliest onset, in steps from the start of the window. Default 0. */
  readonly fromStep?: number | undefined;
  /** The instruments in the sequence so far, controls included. Default: none. */
  readonly instruments?: ReadonlySet<number> | undefined;
  /** The instruments that may play. Default: all. */
  readonly players?: ReadonlySet<number> | undefined;
}

/**
 * The ids allowed in a position of the next triple, in ascending order; never a control or a special id. Rests are always allowed in the
 * position of notes. After 15 instruments, only their notes are allowed.
 *
 * @returns no span when `fromStep` is outside the window, so that a new window must begin.
 */
export function allowedIds(slot: ArrivalSlot, options: AllowedIdsOptions = {}): IdSpan[] {
  const { vocabulary = ARRIVAL_55028, fromStep = 0, instruments = new Set(), players } = options;
  const { first, end } = vocabulary.slot(slot);
  if (slot === "onset") {
    const earliest = first + Math.max(0, fromStep);
    return earliest < end ? [{ first: earliest, end }] : [];
  }
  const isFull = instruments.size >= MAX_GENERATED_INSTRUMENTS;
  if (slot === "duration" || (!isFull && !players)) return [{ first, end }];
  const spans = vocabulary.instruments
    .filter((instrument) => !isFull || instruments.has(instrument))
    .filter((instrument) => players?.has(instrument) ?? true)
    .map((instrument) => spanOf(vocabulary.noteId(instrument, 0), vocabulary.noteId(instrument, 127)));
  return merged([...spans, spanOf(vocabulary.rest, vocabulary.rest)]);
}

function spanOf(first: number, last: number): IdSpan {
  return { first, end: last + 1 };
}

/** Merges adjacent spans. */
function merged(spans: readonly IdSpan[]): IdSpan[] {
  const result: IdSpan[] = [];
  for (const span of spans) {
    const last = result.at(-1);
    if (last?.end === span.first) result[result.length - 1] = { first: last.first, end: span.end };
    else result.push(span);
  }
  return result;
}
