/**
 * By how much a repeat of notes or of the upper voice makes what followed it likelier: in nats, of the option `themes` at 1. Fitted to
 * the `dev` pieces with version 4 of `models/piano`, by `node themes/fit.mjs dev` in `bench/`.
 */

/** By what a repeat is found: equal notes, or chords with equal upper voices. */
export type Line = "notes" | "chords";

/** The first length of each class of repeats. Shorter ones are chance; longer than the last are not told apart. */
export const LENGTHS = { notes: [4, 5, 6, 9, 16], chords: [3, 4, 5, 8, 12] } as const;
/** Repeats from this many notes or chords ago on are far. Of near ones the model itself knows. */
const FAR = { notes: 100, chords: 50 } as const;

/** The class of a repeat: its distance, and the index of its length. */
export interface RepeatClass {
  readonly isFar: boolean;
  readonly length: number;
}

/** The class of a repeat of some length, some notes or chords ago. */
export function repeatClass(line: Line, ago: number, length: number): RepeatClass {
  return { isFar: ago >= FAR[line], length: LENGTHS[line].findLastIndex((least) => length >= least) };
}

/** What is likelier: the next note's key, its velocity and time, exactly and beside them; the keys of the next chord. */
export type ThemeFeature = keyof typeof THEME_WEIGHTS;

/** Of near and far repeats, by length. */
export const THEME_WEIGHTS = {
  key: { near: [0.2, 0.2, 0.3, 0.5, 0.6], far: [1.2, 1.6, 2.2, 3, 4.8] },
  velocity: { near: [0.2, 0.1, 0, 0.1, 0.5], far: [1, 1.4, 1.9, 2.7, 5] },
  velocityBeside: { near: [0.1, 0.1, 0, 0, 0.1], far: [0.2, 0.4, 0.5, 0.7, 1.3] },
  shift: { near: [0.4, 0.3, 0.4, 0.5, 0.6], far: [0.8, 1, 1, 1.1, 1.3] },
  shiftBeside: { near: [0.1, 0.1, 0.2, 0.3, 0.2], far: [0.5, 0.7, 0.5, 0.7, 0.5] },
  chord: { near: [0.6, 0.6, 0.9, 1.1, 1.3], far: [1.1, 1.5, 2.2, 2.8, 3.3] },
} as const;

/** The weight of a feature for a repeat, in nats. */
export function themeWeight(feature: ThemeFeature, { isFar, length }: RepeatClass): number {
  const { near, far } = THEME_WEIGHTS[feature];
  return (isFar ? far : near)[length] ?? 0;
}
