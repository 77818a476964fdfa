/** Encodes a primer as ids. */
import {
  encodeScore,
  endsWithinBar,
  lastSoundSeconds,
  PerformanceState,
  quantize,
  type Score,
  type ScoreNote,
  selectNotes,
  shiftIds,
  STEPS_PER_SECOND,
  type Vocabulary,
} from "../../encoding/index.ts";
import { HintedError } from "../errors.ts";
import { OptionError } from "../options.ts";
import type { ContinueOptions } from "./options.ts";

/** Thrown for a primer that cannot be continued. */
export class PrimerError extends HintedError<"no-notes"> {
  override readonly name = "PrimerError";
}

export interface EncodedPrimer {
  readonly ids: readonly number[];
  /** The notes of the whole primer, in the order of their note-ons. */
  readonly notes: readonly ScoreNote[];
  readonly trimmedSeconds: number;
  /** Whether `ids` contains the whole primer. */
  readonly isWhole: boolean;
  /** Time in the file at which the omitted silence at the end begins; undefined where none is omitted. */
  readonly silenceFromSeconds?: number;
  /** Silence after the last sound, in seconds, omitted because it is longer than a bar. */
  readonly leftOutSeconds: number;
}

/**
 * Encodes a primer up to the last event within `primerSeconds` of its first note. A whole primer is followed by time shifts to the end
 * of its longest track, unless that is more than a bar later. Without a primer there are no ids.
 *
 * @throws PrimerError when the primer has no notes; SelectionError when `tracks` selects none; OptionError for `primerSeconds` of 0 or less.
 */
export function encodePrimer(
  primer: Score | undefined,
  vocabulary: Vocabulary,
  { primerSeconds = Infinity, tracks }: Pick<ContinueOptions, "primerSeconds" | "tracks">,
): EncodedPrimer {
  if (!primer) return { ids: [], notes: [], trimmedSeconds: 0, isWhole: true, leftOutSeconds: 0 };
  if (!(primerSeconds > 0)) throw new OptionError(`primerSeconds must be more than 0, got ${primerSeconds}`);
  const selected = tracks ? selectNotes(primer, tracks) : primer;
  const { ids, notes, trimmedSeconds } = encodeScore(selected, vocabulary, { trimLeadingSilence: true });
  if (notes.length === 0) {
    throw new PrimerError("the primer has no notes other than percussion", {
      code: "no-notes",
      hint: "give a MIDI file with pitched notes",
    });
  }
  const state = new PerformanceState(vocabulary);
  let length = 0;
  for (const [index, id] of ids.entries()) {
    state.push(id);
    if (state.step > primerSeconds * STEPS_PER_SECOND) break;
    // A last time shift or velocity would determine the next event.
    if (state.isAfterNote) length = index + 1;
  }
  const facts = { ids: [...ids.subarray(0, length)], notes, trimmedSeconds, leftOutSeconds: 0 };
  if (length < ids.length) return { ...facts, isWhole: false };
  const { durationSeconds } = primer;
  const silenceFromSeconds = lastSoundSeconds(selected);
  if (durationSeconds - trimmedSeconds > primerSeconds)
    return { ...facts, isWhole: true, silenceFromSeconds };
  if (endsWithinBar(primer, silenceFromSeconds)) {
    const rest = shiftIds(vocabulary, quantize(durationSeconds - trimmedSeconds) - state.step);
    return { ...facts, ids: [...facts.ids, ...rest], isWhole: true };
  }
  // Tracks outside the selection may be longer.
  const leftOutSeconds = durationSeconds - (tracks ? lastSoundSeconds(primer) : silenceFromSeconds);
  return leftOutSeconds > 0
    ? { ...facts, isWhole: true, silenceFromSeconds, leftOutSeconds }
    : { ...facts, isWhole: true };
}
