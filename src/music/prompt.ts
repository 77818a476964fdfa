/** A primer, as the model is given it. */
import {
  encodeScore,
  endsWithinBar,
  lastSoundSeconds,
  PerformanceClock,
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

export interface Prompt {
  readonly ids: readonly number[];
  /** The notes of the whole primer, in the order of their note-ons. */
  readonly notes: readonly ScoreNote[];
  readonly trimmedSeconds: number;
  /** Whether `ids` is all of the primer. */
  readonly isWhole: boolean;
  /** Seconds of the file from which on the primer is silent, where this silence is left out. */
  readonly silenceFromSeconds?: number;
  /** Seconds of silence that are left out behind the last sound, since they are longer than a bar. */
  readonly leftOutSeconds: number;
}

/**
 * The primer as ids, up to the last event within `primerSeconds` of its first note; no ids without a primer. Behind the last
 * event of a whole primer come time shifts to the end of its longest track, unless that is more than a bar later.
 *
 * @throws PrimerError when the primer has no notes; SelectionError when `tracks` takes none; OptionError for no seconds.
 */
export function readPrompt(
  primer: Score | undefined,
  vocabulary: Vocabulary,
  { primerSeconds = Infinity, tracks }: Pick<ContinueOptions, "primerSeconds" | "tracks">,
): Prompt {
  if (!primer) return { ids: [], notes: [], trimmedSeconds: 0, isWhole: true, leftOutSeconds: 0 };
  if (!(primerSeconds > 0)) throw new OptionError(`primerSeconds must be more than 0, got ${primerSeconds}`);
  const shown = tracks ? selectNotes(primer, tracks) : primer;
  const { ids, notes, trimmedSeconds } = encodeScore(shown, vocabulary, { trimLeadingSilence: true });
  if (notes.length === 0) {
    throw new PrimerError("the primer has no notes other than percussion", {
      code: "no-notes",
      hint: "give a MIDI file with pitched notes",
    });
  }
  const time = new PerformanceClock(vocabulary);
  let length = 0;
  for (const [index, id] of ids.entries()) {
    const { kind } = time.push(id);
    if (time.step > primerSeconds * STEPS_PER_SECOND) break;
    // A time shift or velocity that nothing follows would foretell what comes next.
    if (kind === "NOTE_ON" || kind === "NOTE_OFF") length = index + 1;
  }
  const facts = { ids: [...ids.subarray(0, length)], notes, trimmedSeconds, leftOutSeconds: 0 };
  if (length < ids.length) return { ...facts, isWhole: false };
  const { durationSeconds } = primer;
  const silenceFromSeconds = lastSoundSeconds(shown);
  if (durationSeconds - trimmedSeconds > primerSeconds)
    return { ...facts, isWhole: true, silenceFromSeconds };
  if (endsWithinBar(primer, silenceFromSeconds)) {
    const rest = shiftIds(vocabulary, quantize(durationSeconds - trimmedSeconds) - time.step);
    return { ...facts, ids: [...facts.ids, ...rest], isWhole: true };
  }
  // What the model is not shown may sound on.
  const leftOutSeconds = durationSeconds - (tracks ? lastSoundSeconds(primer) : silenceFromSeconds);
  return leftOutSeconds > 0
    ? { ...facts, isWhole: true, silenceFromSeconds, leftOutSeconds }
    : { ...facts, isWhole: true };
}
