/** A primer as notes, and where its continuation begins. */
import {
  arrivalNotes,
  type ArrivalNote,
  arrivalSteps,
  type ArrivalVocabulary,
  type CutPoint,
  endsWithinBar,
  isSelected,
  lastSoundSeconds,
  type Score,
  type TrackSelection,
} from "../../../encoding/index.ts";
import { OptionError } from "../../options.ts";
import { PrimerError } from "../primer.ts";

const STEPS_PER_SECOND = 100;

export interface ArrivalPrimer {
  /** The notes that the model reads: those that begin before the cut, in steps of the file. */
  readonly notes: readonly ArrivalNote[];
  readonly cut: CutPoint;
  /** Step at which the new music begins. */
  readonly startStep: number;
  /** Silence before the first note, in seconds. */
  readonly trimmedSeconds: number;
  /** Silence after the last sound, in seconds, omitted because it is longer than a bar. */
  readonly leftOutSeconds: number;
}

/**
 * The continuation begins after `primerSeconds` from the first note; without it, at the end of the longest track, unless that is more than a
 * bar after the last sound: then at the last sound.
 *
 * @throws PrimerError when the primer or the selection has no notes; OptionError for `primerSeconds` of 0 or less.
 */
export function arrivalPrimer(
  primer: Score,
  vocabulary: ArrivalVocabulary,
  { primerSeconds = Infinity, tracks }: { readonly primerSeconds?: number; readonly tracks?: TrackSelection },
): ArrivalPrimer {
  if (!(primerSeconds > 0)) throw new OptionError(`primerSeconds must be more than 0, got ${primerSeconds}`);
  const chosen = tracks ? primer.notes.filter((note) => isSelected(note, tracks)) : primer.notes;
  const notes = arrivalNotes({ notes: chosen }, { vocabulary });
  const [first] = notes;
  if (!first) {
    throw new PrimerError(tracks ? "the selected tracks have no notes" : "the primer has no notes", {
      code: "no-notes",
      hint: tracks ? "choose tracks with notes" : "give a MIDI file with notes",
    });
  }
  const trimmedSeconds = first.onsetStep / STEPS_PER_SECOND;
  const { durationSeconds } = primer;
  const lastSound = lastSoundSeconds(primer);
  const isWithinBar = endsWithinBar(primer, lastSound);
  const endSeconds = isWithinBar ? durationSeconds : lastSound;
  const cutSeconds = trimmedSeconds + primerSeconds;
  const cuts = cutSeconds < endSeconds;
  const seconds = Math.min(cutSeconds, endSeconds);
  const startStep = arrivalSteps(seconds);
  return {
    notes: cuts ? notes.filter(({ onsetStep }) => onsetStep < startStep) : notes,
    cut: { seconds, cuts, keepsTrackEnds: !cuts && isWithinBar },
    startStep,
    trimmedSeconds,
    leftOutSeconds: cuts || isWithinBar ? 0 : durationSeconds - lastSound,
  };
}
