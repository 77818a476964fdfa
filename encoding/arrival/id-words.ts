/** Single ids as readable text. */
import { pitchName } from "../pitch-name.ts";
import { instrumentName } from "./instrument-names.ts";
import { ARRIVAL_55028, type ArrivalIdKind, type ArrivalVocabulary } from "./vocabulary.ts";

export interface IdWordsOptions {
  /** Default: `ARRIVAL_55028`. */
  readonly vocabulary?: ArrivalVocabulary | undefined;
  /** Onset of the previous event, in steps from the start of the window: the words of an onset give the time since then. Default 0. */
  readonly previousOnset?: number | undefined;
}

const CONTROLS: ReadonlySet<ArrivalIdKind> = new Set(["CONTROL_ONSET", "CONTROL_DURATION", "CONTROL_NOTE"]);

/**
 * An id in words, such as `0.12 s later`, `for 0.40 s` or `C2 on Acoustic Bass`; those of controls end with `(control)`.
 *
 * @throws ArrivalError (`unknown-id`) for an id outside the vocabulary.
 */
export function idWords(id: number, options: IdWordsOptions = {}): string {
  const { vocabulary = ARRIVAL_55028, previousOnset = 0 } = options;
  const { kind, value } = vocabulary.meaning(id);
  const words = wordsOf(kind, value, vocabulary, previousOnset);
  return CONTROLS.has(kind) ? `${words} (control)` : words;
}

function wordsOf(
  kind: ArrivalIdKind,
  value: number,
  vocabulary: ArrivalVocabulary,
  previousOnset: number,
): string {
  switch (kind) {
    case "ONSET":
    case "CONTROL_ONSET":
      return intervalWords(value - previousOnset);
    case "DURATION":
    case "CONTROL_DURATION":
      return `for ${seconds(value)}`;
    case "NOTE":
    case "CONTROL_NOTE": {
      const { instrument, pitch } = vocabulary.note(value);
      return `${pitchName(pitch)} on ${instrumentName(instrument)}`;
    }
    case "REST":
      return "rest";
    case "SEPARATOR":
      return "next piece";
    case "AUTOREGRESS":
      return "start, without controls";
    case "ANTICIPATE":
      return "start, with controls";
  }
}

function intervalWords(steps: number): string {
  if (steps === 0) return "at the same time";
  return steps < 0 ? `${seconds(-steps)} earlier` : `${seconds(steps)} later`;
}

function seconds(steps: number): string {
  return `${(steps / 100).toFixed(2)} s`;
}
