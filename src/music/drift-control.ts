/** Drift control: limits repetition loops and keeps note density within the range of human music. */
import type { DensityName, PerformanceState } from "../../encoding/index.ts";
import { combinedAdjustment, type LogitAdjustment, type LogitsProcessor } from "../engine/index.ts";
import { densityBounds, densityProcessor, HUMAN_DENSITY, primerDensityProcessor } from "./density-control.ts";
import { repetitionLoopProcessor } from "./repetition-loop.ts";

/** Ids between two updates of the adjustment, so that runs that sample in the graph can be this long. */
export const ADJUSTMENT_PERIOD = 16;

export interface DriftControlOptions {
  /** The density to enforce. Default: for one minute of generated music near that of the prompt, then the range of human music. */
  readonly density?: DensityName | undefined;
  /** Number of prompt ids, excluded from density statistics and from the minute. */
  readonly promptLength: number;
}

/**
 * Drift control: a penalty on repetition loops, and the enforcement of a density, or of one near the prompt's for a minute and then of
 * human density. The adjustment is updated every `ADJUSTMENT_PERIOD` ids of the sequence, prompt included,
 * so it may take effect some notes late.
 *
 * @param state receives each id before this processor.
 */
export function driftControl(
  state: PerformanceState,
  { density, promptLength }: DriftControlOptions,
): LogitsProcessor {
  const rules = [
    densityProcessor(state, density === undefined ? HUMAN_DENSITY : densityBounds(density), promptLength),
    ...(density === undefined ? [primerDensityProcessor(state, promptLength)] : []),
    repetitionLoopProcessor(state),
  ];
  let adjustment: LogitAdjustment = {};
  return {
    push: (id) => {
      for (const rule of rules) rule.push(id);
      if (state.length % ADJUSTMENT_PERIOD === 0) adjustment = combinedAdjustment(rules);
    },
    adjustment: () => adjustment,
    adjustmentLength: () => ADJUSTMENT_PERIOD - (state.length % ADJUSTMENT_PERIOD),
  };
}
