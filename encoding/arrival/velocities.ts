/** Velocities for notes that come from ids, which have none. */
import { lastAtMost } from "../sort.ts";
import { type ArrivalNote, DEFAULT_VELOCITY, inOrder } from "./events.ts";

/** Where the velocity of a note is from: the note itself, the notes around it, or the authors' constant. */
export type VelocitySource = "given" | "neighbors" | "default";

export interface FilledVelocities {
  /** In order of onset, all with a velocity. */
  readonly notes: readonly ArrivalNote[];
  /** For each note. */
  readonly sources: readonly VelocitySource[];
}

/** Notes of known velocity in order of onset, behind a first one that is none. */
interface Known {
  readonly steps: number[];
  readonly velocities: (number | undefined)[];
}

/**
 * Gives each note without a velocity the mean of the latest known one before it, at its own onset included, and the
 * earliest after it: those of its instrument, or else of any. Where no velocity is known, it is 72, as the authors write.
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
