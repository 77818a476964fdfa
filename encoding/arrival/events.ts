/** The events that triples of ids encode; times count from the start of the piece. */

/** A note on the 10 ms grid. */
export interface ArrivalNote {
  readonly kind: "note";
  readonly onsetStep: number;
  readonly durationSteps: number;
  readonly pitch: number;
  /** A General MIDI program (0–127), or 128 for drums. */
  readonly instrument: number;
  /** Whether the note is a control: conditioning that comes before its time in the sequence ("anticipated"). */
  readonly isControl: boolean;
  /** MIDI velocity, 1–127; undefined where unknown, since ids do not encode it. */
  readonly velocity?: number | undefined;
}

/** A triple that marks the passage of time only. */
export interface ArrivalRest {
  readonly kind: "rest";
  readonly onsetStep: number;
}

/** The boundary between two pieces: times restart at 0. */
export interface ArrivalSeparator {
  readonly kind: "separator";
}

/** One triple of ids. */
export type ArrivalEvent = ArrivalNote | ArrivalRest | ArrivalSeparator;
/** An event with a time. */
export type TimedEvent = ArrivalNote | ArrivalRest;

/** The velocity of notes without one, as in the authors' code. */
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
