/** Keeps what a model plays within what people play, where left to itself it would run away. */
import type { DensityName, IdRange, Vocabulary } from "../../encoding/index.ts";
import type { Constraint } from "../engine/generate.ts";
import type { IdBias } from "../engine/sampler.ts";
import { Figure } from "./figure.ts";
import { densityBounds, LONG_RUN, Pace } from "./pace.ts";

/**
 * The same rules, with a bias: against figures that run on, and towards the pace of a density or, in the long run, of people. It is
 * renewed every `BIAS_PERIOD` ids, so a figure may run on for some notes more before anything is done about it.
 */
export function steadied(
  constraint: Constraint,
  vocabulary: Vocabulary,
  density: DensityName | undefined,
): Constraint {
  const pace = new Pace(density === undefined ? LONG_RUN : densityBounds(density));
  const figure = new Figure();
  const shifts = vocabulary.range("TIME_SHIFT");
  const keys = vocabulary.range("NOTE_ON");
  const legality = constraint.legality?.bind(constraint);
  return {
    push: (id) => {
      constraint.push(id);
      const { kind, value } = vocabulary.event(id);
      if (kind === "TIME_SHIFT") pace.pass(value);
      if (kind !== "NOTE_ON" || !keys) return;
      pace.begin();
      figure.strike(id - keys.first);
    },
    mask: (legal) => constraint.mask(legal),
    biases: () => [
      ...(constraint.biases?.() ?? []),
      ...biasesOver(shifts, (count) => pace.shiftBiases(count)),
      ...biasesOver(keys, (count) => figure.keyBiases(count)),
    ],
    ...(legality ? { legality } : {}),
  };
}

function biasesOver(
  range: IdRange | undefined,
  biasesOf: (count: number) => readonly number[] | undefined,
): IdBias[] {
  const biases = range && biasesOf(range.count);
  return range && biases ? [{ first: range.first, biases }] : [];
}
