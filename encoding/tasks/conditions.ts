/**
 * Control tokens for a whole piece: style and density, at the start and every `CONDITION_PERIOD` ids, so that every window of the model
 * contains them; and ENDING.
 *
 * Control tokens are at the start or after a note-on or note-off: never between a velocity and its note, or within the time shifts
 * of one gap.
 */
import { PerformanceState, STEPS_PER_SECOND, type Vocabulary } from "../performance/index.ts";
import {
  DENSITIES,
  densityClass,
  type DensityName,
  ENDING_SECONDS,
  type StyleName,
  STYLES,
  taskId,
} from "./tasks.ts";

/** Minimum number of ids from one statement of the conditions to the next. */
export const CONDITION_PERIOD = 256;

/** Conditions on the music to come. */
export interface Conditions {
  readonly style?: StyleName | undefined;
  readonly density?: DensityName | undefined;
}

/** The control tokens of conditions: style first. */
export function conditionIds({ style, density }: Conditions, vocabulary: Vocabulary): number[] {
  return [
    ...(style === undefined ? [] : [vocabulary.id("STYLE", STYLES[style])]),
    ...(density === undefined ? [] : [vocabulary.id("STYLE", DENSITIES[density].value)]),
  ];
}

/**
 * Inserts the conditions of a piece. The density is that of the ids up to the next statement.
 *
 * @param ids a piece without START and END.
 * @param stated the style, if it is to be stated, and whether the density is.
 */
export function withConditions(
  ids: readonly number[],
  vocabulary: Vocabulary,
  stated: { readonly style?: StyleName | undefined; readonly density: boolean },
): number[] {
  const { style } = stated;
  const tokensPerStatement = (style === undefined ? 0 : 1) + (stated.density ? 1 : 0);
  const conditioned: number[] = [];
  const state = new PerformanceState(vocabulary);
  for (let from = 0; from < ids.length;) {
    const { onsets, step } = state;
    let to = from;
    while (
      to < ids.length &&
      (to < from + CONDITION_PERIOD - tokensPerStatement || !vocabulary.isNote(ids[to - 1]!))
    )
      state.push(ids[to++]!);
    const density = stated.density ? densityClass(state.onsets - onsets, state.step - step) : undefined;
    conditioned.push(...conditionIds({ style, density }, vocabulary), ...ids.slice(from, to));
    from = to;
  }
  return conditioned;
}

/**
 * Inserts ENDING after the first note event within `ENDING_SECONDS` of the end of a piece, or at its start if the piece is shorter.
 *
 * @param ids a piece without START and END.
 */
export function withEnding(ids: readonly number[], vocabulary: Vocabulary): number[] {
  const total = new PerformanceState(vocabulary, ids).step;
  const from = total - ENDING_SECONDS * STEPS_PER_SECOND;
  const state = new PerformanceState(vocabulary);
  const reaches = (id: number): boolean => {
    state.push(id);
    return state.step >= from && vocabulary.isNote(id);
  };
  const index = from > 0 ? ids.findIndex(reaches) + 1 : 0;
  return ids.toSpliced(index, 0, taskId(vocabulary, "ENDING"));
}
