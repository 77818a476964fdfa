/** Drift control: penalizes repetition loops and keeps note density within bounds. */
import type { DensityName, PerformanceState } from "../../encoding/index.ts";
import { combinedAdjustment, type LogitAdjustment, type LogitsProcessor } from "../engine/index.ts";
import { densityBounds, densityProcessor, HUMAN_DENSITY, primerDensityProcessor } from "./density-control.ts";
import { repetitionLoopProcessor } from "./repetition-loop.ts";

/** Ids between two updates of the adjustment, so that runs that sample in the graph can be this long. */
export const ADJUSTMENT_PERIOD = 16;

export interface DriftControlOptions {
  /** The density class to enforce. Default: none; the density stays near that of the prompt for a minute, and within that of human music. */
  readonly density?: DensityName | undefined;
  /** Number of prompt ids. Bounds apply to the music after them. */
  readonly promptLength: number;
}

/**
 * Drift control: a penalty on repetition loops, and bounds on the note density. The bounds are those of a density class, or else of human
 * music and, for the first minute, of the prompt. The adjustment is updated every `ADJUSTMENT_PERIOD` ids of the sequence, prompt included,
 * so it may take effect up to 15 ids late.
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
