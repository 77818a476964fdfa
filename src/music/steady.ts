/** Keeps what a model plays within what people play, where left to itself it would run away. */
import type { DensityName, IdRange, Vocabulary } from "../../encoding/index.ts";
import type { Constraint } from "../engine/generate.ts";
import type { IdBias } from "../engine/sampler.ts";
import { Figure } from "./figure.ts";
import { densityBounds, LONG_RUN, Pace } from "./pace.ts";

/**
 * From then on a model hears, a remnant of the beginning apart, nothing but itself, and comes back to ever less of what it played;
 * with safer pitches it comes back to more again.
 */
const LATER_SECONDS = 60;
const LATER_PITCH_TEMPERATURE = 0.88;

/**
 * The same rules, which lean against figures that run on, and towards the pace of a density; and after a minute towards the pace of
 * people, and to safer pitches. All this is renewed every `STEERING_PERIOD` ids, so a figure may run on for some notes more
 * before anything is done about it.
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
    steering: () => {
      const { biases = [], pitchTemperature = 1 } = constraint.steering?.() ?? {};
      const later = pace.seconds < LATER_SECONDS ? 1 : LATER_PITCH_TEMPERATURE;
      return {
        biases: [
          ...biases,
          ...biasesOver(shifts, (count) => pace.shiftBiases(count)),
          ...biasesOver(keys, (count) => figure.keyBiases(count)),
        ],
        pitchTemperature: pitchTemperature * later,
      };
    },
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
