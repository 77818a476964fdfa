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

/** Notes of known velocity in order of onset, after a placeholder. */
interface Known {
  readonly steps: number[];
  readonly velocities: (number | undefined)[];
}

/**
 * Sets the velocity of each note without one to the mean of the nearest known velocities: the latest at or before its onset and the
 * earliest after it, of the same instrument if there are any, else of any. Without known velocities it is 72, as in the authors' code.
 */
export function fillVelocities(notes: readonly ArrivalNote[]): FilledVelocities {
  const ordered = inOrder(notes);
  const all = nothingKnown();
  const byInstrument = new Map<number, Known>();
  for (const { instrument, onsetStep, velocity } of ordered) {
    if (velocity === undefined) continue;
    const own = byInstrument.get(instrument) ?? nothingKnown();
    byInstrument.set(instrument, own);
    for (const known of [all, own]) {
      known.steps.push(onsetStep);
      known.velocities.push(velocity);
    }
  }
  const sources: VelocitySource[] = [];
  const filled = ordered.map((note): ArrivalNote => {
    const mean = meanAround(byInstrument.get(note.instrument) ?? all, note.onsetStep);
    sources.push(note.velocity !== undefined ? "given" : mean !== undefined ? "neighbors" : "default");
    return { ...note, velocity: note.velocity ?? mean ?? DEFAULT_VELOCITY };
  });
  return { notes: filled, sources };
}

function nothingKnown(): Known {
  return { steps: [-Infinity], velocities: [undefined] };
}

function meanAround({ steps, velocities }: Known, step: number): number | undefined {
  const before = lastAtMost(steps, step);
  const around = [velocities[before], velocities[before + 1]].filter((velocity) => velocity !== undefined);
  if (around.length === 0) return undefined;
  return Math.round(around.reduce((sum, velocity) => sum + velocity, 0) / around.length);
}
