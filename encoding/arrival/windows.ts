/** Divides sequences of triples into windows of ids, with onsets from the start of the window. */
import { ArrivalError } from "./arrival-error.ts";
import type { ArrivalEvent } from "./events.ts";
import { ARRIVAL_55028, type ArrivalVocabulary } from "./vocabulary.ts";

/** The ids of a window: a code for whether there are controls, then triples. */
export interface ArrivalWindow {
  readonly ids: Uint16Array<ArrayBuffer>;
  /** Step subtracted from the onsets before the first separator: the earliest of them, controls included. */
  readonly startStep: number;
}

export interface WindowOptions {
  /** Default: `ARRIVAL_55028`. */
  readonly vocabulary?: ArrivalVocabulary | undefined;
  /** Maximum number of triples in a window. Default: the vocabulary's, 341. */
  readonly triples?: number | undefined;
  /** Whether the first id states that there are controls. Default: whether the sequence contains any. */
  readonly isAnticipating?: boolean | undefined;
}

/**
 * Divides a sequence into consecutive windows, each as long as the maximum number of triples and the range of onsets allow.
 *
 * @throws ArrivalError for a time before 0, or a note that is not in the vocabulary.
 */
export function cutWindows(events: readonly ArrivalEvent[], options: WindowOptions = {}): ArrivalWindow[] {
  const { vocabulary = ARRIVAL_55028 } = options;
  const { triples = vocabulary.windowTriples } = options;
  const isAnticipating = options.isAnticipating ?? hasControls(events);
  const windows: ArrivalWindow[] = [];
  let first = 0;
  let span = new Span(vocabulary.onsets);
  for (const [index, event] of events.entries()) {
    if (index - first === triples || !span.fits(event)) {
      windows.push(encodeWindow(events.slice(first, index), { vocabulary, isAnticipating }));
      first = index;
      span = new Span(vocabulary.onsets);
    }
    span.add(event);
  }
  if (first < events.length) windows.push(encodeWindow(events.slice(first), { vocabulary, isAnticipating }));
  return windows;
}

/**
 * The last window of a piece: the prompt of a continuation.
 *
 * @param events events of one piece.
 * @param throughStep a step that the window must be able to encode as an onset, besides the onsets of its events.
 */
export function lastWindow(
  events: readonly ArrivalEvent[],
  throughStep = -Infinity,
  options: WindowOptions = {},
): ArrivalWindow {
  const { vocabulary = ARRIVAL_55028 } = options;
  const { triples = vocabulary.windowTriples } = options;
  const span = new Span(vocabulary.onsets, throughStep);
  let first = events.length;
  while (first > 0 && events.length - first < triples) {
    const event = events[first - 1]!;
    if (event.kind === "separator" || !span.fits(event)) break;
    span.add(event);
    first -= 1;
  }
  const isAnticipating = options.isAnticipating ?? hasControls(events);
  return encodeWindow(events.slice(first), { vocabulary, isAnticipating });
}

/** The range of onsets in a window. */
class Span {
  readonly #onsets: number;
  #earliest = Infinity;
  #latest: number;
  #isAfterSeparator = false;

  constructor(onsets: number, latest = -Infinity) {
    this.#onsets = onsets;
    this.#latest = latest;
  }

  /** Whether the window can encode all onsets after the event is added. */
  fits(event: ArrivalEvent): boolean {
    if (event.kind === "separator") return true;
    const { onsetStep } = event;
    if (this.#isAfterSeparator) return onsetStep < this.#onsets;
    return Math.max(this.#latest, onsetStep) - Math.min(this.#earliest, onsetStep) < this.#onsets;
  }

  add(event: ArrivalEvent): void {
    if (event.kind === "separator") this.#isAfterSeparator = true;
    else if (!this.#isAfterSeparator) {
      this.#earliest = Math.min(this.#earliest, event.onsetStep);
      this.#latest = Math.max(this.#latest, event.onsetStep);
    }
  }
}

/**
 * Encodes all events as one window. Onsets before the first separator count from the earliest of them; pieces after a separator begin in
 * the window, so their onsets count from their own start.
 *
 * @throws ArrivalError for an onset beyond the window (`window-too-long`) or before 0, and for notes that are not in the vocabulary.
 */
export function encodeWindow(events: readonly ArrivalEvent[], options: WindowOptions = {}): ArrivalWindow {
  const { vocabulary = ARRIVAL_55028 } = options;
  const isAnticipating = options.isAnticipating ?? hasControls(events);
  const startStep = startOf(events);
  const ids = new Uint16Array(1 + events.length * 3);
  ids[0] = isAnticipating ? vocabulary.anticipate : vocabulary.autoregress;
  let base = startStep;
  for (const [index, event] of events.entries()) {
    if (event.kind === "separator") base = 0;
    ids.set(tripleOf(event, base, vocabulary), 1 + index * 3);
  }
  return { ids, startStep };
}

/** The earliest onset before the first separator; 0 where there is none. */
function startOf(events: readonly ArrivalEvent[]): number {
  let earliest = Infinity;
  for (const event of events) {
    if (event.kind === "separator") break;
    earliest = Math.min(earliest, event.onsetStep);
  }
  return earliest === Infinity ? 0 : earliest;
}

/**
 * The three ids of an event.
 *
 * @param baseStep step subtracted from its onset.
 * @throws ArrivalError as `encodeWindow` does.
 */
export function tripleOf(
  event: ArrivalEvent,
  baseStep: number,
  vocabulary: ArrivalVocabulary,
): readonly [number, number, number] {
  const { separator, onsets, durations, durationFirst, rest, controlOffset } = vocabulary;
  if (event.kind === "separator") return [separator, separator, separator];
  const onset = event.onsetStep - baseStep;
  if (!Number.isInteger(event.onsetStep) || event.onsetStep < 0 || onset < 0) {
    throw new ArrivalError(`an onset must be a whole step of at least ${baseStep}, got ${event.onsetStep}`, {
      code: "bad-time",
      hint: "give times in steps of 10 ms from the start of the piece",
    });
  }
  if (onset >= onsets) {
    throw new ArrivalError(
      `an onset ${onset / 100} s after the start of the window has no id: windows last ${onsets / 100} s`,
      { code: "window-too-long", hint: "cut the sequence with cutWindows or lastWindow" },
    );
  }
  if (event.kind === "rest") return [onset, durationFirst, rest];
  const { durationSteps, instrument, pitch } = event;
  if (!Number.isInteger(durationSteps) || durationSteps < 0) {
    throw new ArrivalError(`a duration must be a whole number of steps, got ${durationSteps}`, {
      code: "bad-time",
      hint: "give times in steps of 10 ms from the start of the piece",
    });
  }
  const offset = event.isControl ? controlOffset : 0;
  const duration = durationFirst + Math.min(durationSteps, durations - 1);
  return [offset + onset, offset + duration, offset + vocabulary.noteId(instrument, pitch)];
}

function hasControls(events: readonly ArrivalEvent[]): boolean {
  return events.some((event) => event.kind === "note" && event.isControl);
}
