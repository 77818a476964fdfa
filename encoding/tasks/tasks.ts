/**
 * The control tokens (Keskar et al. 2019, "CTRL") of `performance-416`: TASK and STYLE ids between performance events. They take no
 * time and do not change the notes.
 */
import { STEPS_PER_SECOND, type Vocabulary } from "../performance/index.ts";

/**
 * The control tokens and their TASK values. MELODY and ACCOMPANIMENT begin a segment of `accompany.ts`; SUFFIX, PREFIX and MIDDLE the
 * parts of `infill.ts`. ENDING comes `ENDING_SECONDS` before the end of a piece.
 */
export const CONTROL_TOKENS = {
  MELODY: 0,
  ACCOMPANIMENT: 1,
  SUFFIX: 2,
  PREFIX: 3,
  MIDDLE: 4,
  ENDING: 5,
} as const;
/** The name of a control token. */
export type ControlToken = keyof typeof CONTROL_TOKENS;

/** The styles and their STYLE values, one per training corpus. */
export const STYLES = {
  /** Songs in piano arrangements. */
  pop: 0,
  /** Concert music, from scores and recordings. */
  classical: 1,
  /** The repertoire of reproducing-piano rolls, 1905–1930. */
  roll: 2,
} as const;
/** The name of a style. */
export type StyleName = keyof typeof STYLES;

/**
 * Note densities in onsets per second and their STYLE values. Each class ends at the lower bound of the next. The bounds are near the
 * quartiles of the training corpora (6.9, 9.8 and 15.8 over 254 ids).
 */
export const DENSITIES = {
  sparse: { value: 8, from: 0 },
  medium: { value: 9, from: 7 },
  dense: { value: 10, from: 10 },
  busy: { value: 11, from: 16 },
} as const;
/** The name of a density. */
export type DensityName = keyof typeof DENSITIES;

/** Every style, for menus and messages. */
export const STYLE_NAMES: readonly StyleName[] = ["pop", "classical", "roll"];
/** Every density, sparsest first. */
export const DENSITY_NAMES: readonly DensityName[] = ["sparse", "medium", "dense", "busy"];

/** Tasks that a model can be trained for besides continuation: the names in `config.json` and of `dataset --tasks`. */
export const TASKS = ["accompany", "infill", "ending", "style"] as const;
/** One of the `TASKS`. */
export type Task = (typeof TASKS)[number];

/** Time from ENDING to the end of the piece. */
export const ENDING_SECONDS = 10;

/** @throws VocabularyError when the vocabulary has no task ids. */
export function taskId(vocabulary: Vocabulary, token: ControlToken): number {
  return vocabulary.id("TASK", CONTROL_TOKENS[token]);
}

/** The density class of a number of onsets in a number of steps of 10 ms. */
export function densityClass(notes: number, steps: number): DensityName {
  const perSecond = (notes * STEPS_PER_SECOND) / Math.max(1, steps);
  return DENSITY_NAMES.findLast((name) => perSecond >= DENSITIES[name].from) ?? "sparse";
}

/** Encodes a duration as time shifts: the longest shifts first, then the remainder; no ids for 0 steps. */
export function shiftIds(vocabulary: Vocabulary, steps: number): number[] {
  const range = vocabulary.range("TIME_SHIFT");
  const longest = range === undefined ? 1 : range.minimum + range.count - 1;
  const ids: number[] = [];
  for (let left = steps; left > 0; left -= longest) {
    ids.push(vocabulary.id("TIME_SHIFT", Math.min(left, longest)));
  }
  return ids;
}
