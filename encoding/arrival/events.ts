/** What the triples of ids stand for, with times from the start of the piece. */

/** A note on the grid of 10 ms. */
export interface ArrivalNote {
  readonly kind: "note";
  readonly onsetStep: number;
  readonly durationSteps: number;
  readonly pitch: number;
  /** A General MIDI program (0–127), or 128 for drums. */
  readonly instrument: number;
  /** Whether the note is given, and stands ahead of its time ("anticipated"). */
  readonly isControl: boolean;
  /** MIDI velocity, 1–127, where it is known: ids have none. */
  readonly velocity?: number | undefined;
}

/** A triple that only tells that time passes. */
export interface ArrivalRest {
  readonly kind: "rest";
  readonly onsetStep: number;
}

/** The border of two pieces: times begin again at 0. */
export interface ArrivalSeparator {
  readonly kind: "separator";
}

/** One triple of ids. */
export type ArrivalEvent = ArrivalNote | ArrivalRest | ArrivalSeparator;
/** One that has a time. */
export type TimedEvent = ArrivalNote | ArrivalRest;

/** The velocity of notes that have none: what the authors write. */
export const DEFAULT_VELOCITY = 72;

export const SEPARATOR: ArrivalSeparator = { kind: "separator" };

const STEPS_PER_SECOND = 100;

/** Seconds to the nearest step of 10 ms; a half goes to the even neighbor. */
export function arrivalSteps(seconds: number): number {
  const steps = seconds * STEPS_PER_SECOND;
  const below = Math.floor(steps);
  const rest = steps - below;
  return rest > 0.5 || (rest === 0.5 && below % 2 !== 0) ? below + 1 : below;
}

/** Events in order of onset; those of one step keep their order. */
export function inOrder<Event extends TimedEvent>(events: readonly Event[]): Event[] {
  return events.toSorted((a, b) => a.onsetStep - b.onsetStep);
}
