import { OptionError } from "../../options.ts";
import { logSumExp } from "./distribution.ts";
import type { IdRange, RuleInput, SamplingRule } from "./rule.ts";

/** Consecutive ids, and the temperature that divides their scores. */
export interface TokenClass extends IdRange {
  /** Above 0. */
  readonly temperature: number;
}

/**
 * Class temperature: divides the scores of a class of ids, the note-ons, by a temperature of their own, then adds a constant, so
 * that the probability of the class as a whole stays the same. Our own rule.
 */
export const classTemperature: SamplingRule = {
  name: "pitchTemperature",
  isWarper: true,
  apply: (scores, input) => {
    const pitches = pitchClass(input);
    if (pitches) applyClassTemperature(scores, pitches);
  },
  check: pitchClass,
};

/** The note-on ids with their temperature; undefined for temperature 1. */
export function pitchClass({ options, context, pitches }: RuleInput): TokenClass | undefined {
  const temperature = (context.pitchTemperature ?? 1) * (options.pitchTemperature ?? 1);
  if (temperature === 1) return undefined;
  if (!pitches)
    throw new OptionError("pitchTemperature requires a music vocabulary", {
      code: "not-for-this-model",
      hint: "leave pitchTemperature out, or load a music model",
    });
  if (!(temperature > 0))
    throw new OptionError(`pitchTemperature must be above 0, but its adjustment makes it ${temperature}`);
  return { ...pitches, temperature };
}

function applyClassTemperature(scores: Float64Array, { first, count, temperature }: TokenClass): void {
  const group = scores.subarray(first, first + count);
  const before = logSumExp(group);
  if (before === -Infinity) return;
  for (let i = 0; i < group.length; i += 1) group[i]! /= temperature;
  const change = before - logSumExp(group);
  for (let i = 0; i < group.length; i += 1) group[i]! += change;
}
