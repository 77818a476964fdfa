/** Estimates velocities for notes decoded from ids, which do not encode them. */
import { lastAtMost } from "../sort.ts";
import { type ArrivalNote, DEFAULT_VELOCITY, inOrder } from "./events.ts";

/** Source of a velocity: the note itself, its neighbors, or the authors' constant. */
export type VelocitySource = "given" | "neighbors" | "default";

export interface FilledVelocities {
  /** In order of onset, each with a velocity. */
  readonly notes: readonly ArrivalNote[];
  /** One per note. */
  readonly sources: readonly VelocitySource[];
}

/** Number of neighbors on each side of a note that are averaged, since a single one may be an accent. */
const NEIGHBORS = 8;

/** Notes of known velocity in order of onset. The first entries are placeholders. */
interface Known {
  readonly steps: number[];
  /** By number of notes: the sum of the velocities of the first ones. */
  readonly sums: number[];
}

/**
 * Estimates the velocity of notes among notes whose velocities are known, as a moving average: of the last 8 at or before the onset and
 * the first 8 after it, of the same instrument if there are any, else of all instruments.
 */
export class VelocityEstimator {
  readonly #all = nothingKnown();
  readonly #byInstrument = new Map<number, Known>();

  /** @param known in any order; notes without a velocity are ignored. */
  constructor(known: readonly ArrivalNote[]) {
    for (const { instrument, onsetStep, velocity } of inOrder(known)) {
      if (velocity === undefined) continue;
      const own = this.#byInstrument.get(instrument) ?? nothingKnown();
      this.#byInstrument.set(instrument, own);
      for (const { steps, sums } of [this.#all, own]) {
        steps.push(onsetStep);
        sums.push(sums.at(-1)! + velocity);
      }
    }
  }

  /** The velocity of a note: its own, or an estimate; 72 without known velocities, as in the authors' code. */
  of({ instrument, onsetStep, velocity }: ArrivalNote): {
    readonly velocity: number;
    readonly source: VelocitySource;
  } {
    if (velocity !== undefined) return { velocity, source: "given" };
    const mean = meanAround(this.#byInstrument.get(instrument) ?? this.#all, onsetStep);
    return mean === undefined
      ? { velocity: DEFAULT_VELOCITY, source: "default" }
      : { velocity: mean, source: "neighbors" };
  }
}

/** Sets the velocity of each note without one to the estimate from those with one: see `VelocityEstimator`. */
export function fillVelocities(notes: readonly ArrivalNote[]): FilledVelocities {
  const estimator = new VelocityEstimator(notes);
  const ordered = inOrder(notes);
  const estimates = ordered.map((note) => estimator.of(note));
  return {
    notes: ordered.map((note, i): ArrivalNote => ({ ...note, velocity: estimates[i]!.velocity })),
    sources: estimates.map(({ source }) => source),
  };
}

function nothingKnown(): Known {
  return { steps: [-Infinity], sums: [0] };
}

function meanAround({ steps, sums }: Known, step: number): number | undefined {
  const before = lastAtMost(steps, step); // this many notes are at or before the step
  const first = Math.max(0, before - NEIGHBORS);
  const end = Math.min(steps.length - 1, before + NEIGHBORS);
  if (first === end) return undefined;
  return Math.round((sums[end]! - sums[first]!) / (end - first));
}
