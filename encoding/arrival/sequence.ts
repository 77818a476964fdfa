/** Rests and controls among the events of a piece (Thickstun et al. 2023, section 3). */
import type { ArrivalNote, ArrivalRest, TimedEvent } from "./events.ts";
import { inOrder } from "./events.ts";
import { ARRIVAL_55028, type ArrivalVocabulary } from "./vocabulary.ts";

/**
 * Inserts rests such that consecutive onsets are at most `restSteps` apart, as are step 0 and the first onset.
 *
 * @param events in order of onset.
 * @param endStep step up to which rests follow the last event. Default: none follow it.
 */
export function padWithRests(
  events: readonly TimedEvent[],
  endStep = 0,
  vocabulary: ArrivalVocabulary = ARRIVAL_55028,
): TimedEvent[] {
  const padded: TimedEvent[] = [];
  let previous = 0;
  const restUntil = (step: number): void => {
    while (step > previous + vocabulary.restSteps) {
      previous += vocabulary.restSteps;
      padded.push({ kind: "rest", onsetStep: previous });
    }
  };
  for (const event of events) {
    restUntil(event.onsetStep);
    padded.push(event);
    previous = event.onsetStep;
  }
  restUntil(endStep);
  return padded;
}

export interface AnticipateOptions {
  /** Default: `ARRIVAL_55028`, so δ = 5 s. */
  readonly vocabulary?: ArrivalVocabulary | undefined;
  /**
   * Start of the sequence, for generation: inserts a rest there if the first event and the first control are later. Onsets count from
   * the earliest one of a window, so without this rest no note could begin before the first control.
   * Default: no such rest, as in the training of the published models.
   */
  readonly startStep?: number | undefined;
}

/** A sequence with its controls, and the controls too late for it. */
export interface Anticipated {
  readonly events: readonly TimedEvent[];
  readonly left: readonly ArrivalNote[];
}

/**
 * Interleaves controls with events. Before each event come all controls that begin at most `anticipationSteps` after the event before
 * it, or after step 0 for the first event.
 *
 * @param events in order of onset, padded with rests; without events, no control is inserted.
 * @param controls notes in any order; they are marked as controls.
 */
export function anticipate(
  events: readonly TimedEvent[],
  controls: readonly ArrivalNote[],
  options: AnticipateOptions = {},
): Anticipated {
  const { anticipationSteps } = options.vocabulary ?? ARRIVAL_55028;
  const given = inOrder(controls).map((note): ArrivalNote => ({ ...note, isControl: true }));
  const interleaved: TimedEvent[] = [];
  let [placed, previous] = [0, 0];
  for (const event of [...startRest(events, given[0], options.startStep), ...events]) {
    for (; placed < given.length; placed += 1) {
      const control = given[placed]!;
      if (control.onsetStep > previous + anticipationSteps) break;
      interleaved.push(control);
    }
    interleaved.push(event);
    previous = event.onsetStep;
  }
  return { events: interleaved, left: given.slice(placed) };
}

function startRest(
  events: readonly TimedEvent[],
  control: ArrivalNote | undefined,
  startStep: number | undefined,
): ArrivalRest[] {
  if (startStep === undefined) return [];
  const earliest = Math.min(events[0]?.onsetStep ?? Infinity, control?.onsetStep ?? Infinity);
  return earliest > startStep ? [{ kind: "rest", onsetStep: startStep }] : [];
}
