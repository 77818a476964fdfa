import { DYNAMICS, OptionError } from "../../options.ts";
import { classBiasRule } from "./class-bias.ts";
import type { IdRange, RuleInput } from "./rule.ts";

/** Number of MIDI velocities that the velocity ids share equally. */
const VELOCITIES = 128;

/** Standard deviation of the weights, in MIDI velocities: the distance between adjacent dynamic marks. */
const SPREAD = 16;

/** The velocity ids, and the mean of the normal distribution of their weights. */
interface Loudness extends IdRange {
  readonly velocity: number;
}

/**
 * Dynamics: multiplies the probabilities of the velocity ids by a normal distribution around the velocity of the dynamic mark, then
 * by a constant, so that the probability of the class as a whole, and with it the number of changes of velocity, stays the same. A
 * product of experts (Hinton 2002). Part of the difference in loudness between melody and accompaniment remains.
 */
export const dynamics = classBiasRule("dynamics", (input) => {
  const mark = loudness(input);
  return mark ? [{ ...mark, bias: (index) => logWeight(mark, index) }] : [];
});

/** ln of the weight of the id at this index of the class, up to a constant. */
function logWeight({ count, velocity }: Loudness, index: number): number {
  const distance = ((index + 0.5) * VELOCITIES) / count - velocity;
  return -((distance / SPREAD) ** 2) / 2;
}

/** @throws OptionError for a model whose ids have no velocities. */
function loudness({ options, velocities }: RuleInput): Loudness | undefined {
  if (options.dynamics === undefined) return undefined;
  if (!velocities)
    throw new OptionError("dynamics requires a model that generates loudness", {
      code: "not-for-this-model",
      hint: "leave dynamics out, or load another model",
    });
  return { ...velocities, velocity: DYNAMICS[options.dynamics] };
}
