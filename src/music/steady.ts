/** Keeps what a model plays within what people play, where left to itself it would run away. */
import type { DensityName, IdRange, Vocabulary } from "../../encoding/index.ts";
import type { Constraint, IdBias } from "../engine/index.ts";
import { Figure } from "./figure.ts";
import { densityBounds, LONG_RUN, Pace } from "./pace.ts";

/**
 * After so much music of its own a model hears little else, and comes back to ever less of what it played; with safer pitches it
 * comes back to more again.
 */
const LATER_SECONDS = 60;
const LATER_PITCH_TEMPERATURE = 0.88;

export interface SteadyOptions {
  /** The pace is to be this one's. Default: after a minute that of people. */
  readonly density?: DensityName | undefined;
  /** So many of the first ids are not the model's own: their pace is theirs, and their minutes do not count. */
  readonly given: number;
}

/**
 * The same rules, which lean against figures that run on, and towards the pace of a density; and after a minute of new music
 * towards the pace of people, and to safer pitches. All this is renewed every `STEERING_PERIOD` ids, so a figure may run on for
 * some notes more before anything is done about it.
 */
export function steadied(
  constraint: Constraint,
  vocabulary: Vocabulary,
  { density, given }: SteadyOptions,
): Constraint {
  const pace = new Pace(density === undefined ? LONG_RUN : densityBounds(density));
  const figure = new Figure();
  const shifts = vocabulary.range("TIME_SHIFT");
  const keys = vocabulary.range("NOTE_ON");
  const legality = constraint.legality?.bind(constraint);
  let length = 0;
  return {
    push: (id) => {
      constraint.push(id);
      const { kind, value } = vocabulary.event(id);
      length += 1;
      if (length > given && kind === "TIME_SHIFT") pace.pass(value);
      if (kind !== "NOTE_ON" || !keys) return;
      if (length > given) pace.begin();
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
    legality,
  };
}

function biasesOver(
  range: IdRange | undefined,
  biasesOf: (count: number) => readonly number[] | undefined,
): IdBias[] {
  const biases = range && biasesOf(range.count);
  return range && biases ? [{ first: range.first, biases }] : [];
}
