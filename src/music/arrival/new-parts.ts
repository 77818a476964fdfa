/** Generated notes as parts of a score: one track per instrument. */
import {
  type ArrivalNote,
  DRUMS,
  instrumentName,
  notesByInstrument,
  type NewPart,
  type Note,
  VelocityEstimator,
  type VelocitySource,
} from "../../../encoding/index.ts";

const STEPS_PER_SECOND = 100;
/** The duration of notes for which the model generates 0. */
const SHORTEST_STEPS = 1;

/** A note with its velocity. */
export type NoteWithVelocity = ArrivalNote & { readonly velocity: number };

/** Finishes generated notes: estimates their velocities, which ids do not encode, and ends them at the end of the music. */
export class NoteFinisher {
  readonly #estimator: VelocityEstimator;
  readonly #endStep: number;
  /** Where the velocities of the notes come from, which is the same for all; undefined before the first. */
  velocitySource: VelocitySource | undefined;

  /**
   * @param given the music that the new notes belong to.
   * @param endStep the end of the music: notes that sound at this step end there.
   */
  constructor(given: readonly ArrivalNote[], endStep = Infinity) {
    this.#estimator = new VelocityEstimator(given);
    this.#endStep = endStep;
  }

  finish(note: ArrivalNote): NoteWithVelocity {
    const { velocity, source } = this.#estimator.of(note);
    this.velocitySource = source;
    const durationSteps = Math.max(
      SHORTEST_STEPS,
      Math.min(note.durationSteps, this.#endStep - note.onsetStep),
    );
    return { ...note, durationSteps, velocity };
  }
}

/** The notes of each instrument as a part, in the order in which the instruments begin. */
export function newParts(notes: readonly NoteWithVelocity[]): NewPart[] {
  return Array.from(notesByInstrument(notes), ([instrument, part]) => ({
    name: instrumentName(instrument),
    program: instrument === DRUMS ? 0 : instrument,
    isPercussion: instrument === DRUMS,
    notes: part.map(({ pitch, velocity, onsetStep, durationSteps }): Note => {
      const startSeconds = onsetStep / STEPS_PER_SECOND;
      return { pitch, velocity, startSeconds, endSeconds: (onsetStep + durationSteps) / STEPS_PER_SECOND };
    }),
  }));
}
