/** Drift control: limits repetition loops and keeps note density and pitch temperature within the range of human music. */
import type { DensityName, IdRange, PerformanceState } from "../../encoding/index.ts";
import type { LogitAdjustment, LogitsProcessor, IdBias } from "../engine/index.ts";
import { RepetitionLoopPenalty } from "./repetition-loop.ts";
import { densityBounds, HUMAN_DENSITY, DensityControl } from "./density-control.ts";

/**
 * After a minute of generated music the window holds little else, and motifs recur less and less. A lower pitch temperature makes
 * them recur more often.
 */
const LATER_SECONDS = 60;
const LATER_PITCH_TEMPERATURE = 0.88;

/** Ids between two updates of the adjustment, so that runs that sample in the graph can be this long. */
export const ADJUSTMENT_PERIOD = 16;

export interface DriftControlOptions {
  /** The density to enforce. Default: after one minute of generated music, the range of human music. */
  readonly density?: DensityName | undefined;
  /** Number of prompt ids, excluded from density statistics and from the minute. */
  readonly promptLength: number;
}

/**
 * Drift control: a penalty on repetition loops, the enforcement of a density, and after one minute of generated music the enforcement of
 * human density and a lower pitch temperature. The adjustment is updated every `ADJUSTMENT_PERIOD` ids of the sequence, prompt included,
 * so it may take effect some notes late.
 *
 * @param state receives each id before this processor.
 */
export function driftControl(
  state: PerformanceState,
  { density, promptLength }: DriftControlOptions,
): LogitsProcessor {
  const densityControl = new DensityControl(density === undefined ? HUMAN_DENSITY : densityBounds(density));
  const loopPenalty = new RepetitionLoopPenalty();
  const { vocabulary } = state;
  const shifts = vocabulary.range("TIME_SHIFT");
  const keys = vocabulary.range("NOTE_ON");
  let { step, onsets } = state;
  let adjustment: LogitAdjustment = {};
  const updated = (): LogitAdjustment => ({
    biases: [
      ...biasesOver(shifts, (count) => densityControl.shiftBiases(count)),
      ...biasesOver(keys, (count) => loopPenalty.keyBiases(count)),
    ],
    pitchTemperature: densityControl.seconds < LATER_SECONDS ? 1 : LATER_PITCH_TEMPERATURE,
  });
  const record = (): void => {
    const isGenerated = state.length > promptLength;
    if (isGenerated) densityControl.advance(state.step - step);
    if (state.onsets === onsets || !state.newest || !keys) return;
    if (isGenerated) densityControl.noteOn();
    loopPenalty.noteOn(state.newest.pitch - keys.minimum);
  };
  return {
    push: () => {
      record();
      ({ step, onsets } = state);
      if (state.length % ADJUSTMENT_PERIOD === 0) adjustment = updated();
    },
    adjustment: () => adjustment,
    adjustmentLength: () => ADJUSTMENT_PERIOD - (state.length % ADJUSTMENT_PERIOD),
  };
}

function biasesOver(
  range: IdRange | undefined,
  biasesOf: (count: number) => readonly number[] | undefined,
): IdBias[] {
  const biases = range && biasesOf(range.count);
  return range && biases ? [{ first: range.first, biases }] : [];
}
