/** Rests and controls among the events of a piece (Thickstun et al. 2023, section 3). */
import type { ArrivalNote, ArrivalRest, TimedEvent } from "./events.ts";
import { inOrder } from "./events.ts";
import { ARRIVAL_55028, type ArrivalVocabulary } from "./vocabulary.ts";

/**
 * Inserts rests so that no onset is further than `restSteps` from the one before, and none of the first from step 0.
 *
 * @param events in order of onset.
 * @param endStep how far rests are to reach behind the last event. Default: no further than it.
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
   * Where the sequence begins, for generation: a rest stands there if the first event is later than that and than the first
   * control. Onsets count from the earliest of a window, so without it nothing could sound before the first control.
   * Default: no such rest, as in the training of the published models.
   */
  readonly startStep?: number | undefined;
}

/** A sequence with its controls, and the controls that lie too far behind its end. */
export interface Anticipated {
  readonly events: readonly TimedEvent[];
  readonly left: readonly ArrivalNote[];
}

/**
 * Interleaves controls with events. Before each event stand all controls that begin up to `anticipationSteps` after the
 * event before it, or after step 0 for the first one.
 *
 * @param events in order of onset, padded with rests; without any, no control finds a place.
 * @param controls in any order; they become controls here.
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
