/** Literal values of every sampling rule. */
import type { RuleInput } from "../../../src/engine/sampling/index.ts";

/** Scores before and after a rule. `NO` is an excluded id. */
export interface Example extends Partial<RuleInput> {
  readonly scores: readonly number[];
  readonly expected: readonly number[];
}

export const NO = -Infinity;
const LN2 = Math.LN2;

/** By the name of the rule. */
export const EXAMPLES: Readonly<Record<string, readonly Example[]>> = {
  logitBias: [
    {
      options: {
        logitBias: new Map([
          [0, -1],
          [2, NO],
        ]),
      },
      scores: [1, 2, 3, NO],
      expected: [0, 2, NO, NO],
    },
    {
      options: { logitBias: new Map([[1, 4]]) },
      context: { biases: [{ first: 1, biases: [2, -3] }] },
      scores: [1, 2, 3],
      expected: [1, 8, 0],
    },
  ],
  repetitionPenalty: [
    {
      options: { repetitionPenalty: 2 },
      context: { recent: [0, 0, 2] },
      scores: [2, 1, -1, 0],
      expected: [1, 1, -2, 0],
    },
    { options: { repetitionPenalty: 2 }, scores: [2, 1, -1], expected: [2, 1, -1] },
  ],
  allowed: [{ context: { allowed: Uint8Array.of(1, 0, 1) }, scores: [1, 2, NO], expected: [1, NO, NO] }],
  forced: [
    { context: { forced: 1 }, scores: [5, -2, 3], expected: [NO, -2, NO] },
    { context: { forced: 1 }, scores: [5, NO, 3], expected: [NO, NO, NO] },
  ],
  themes: [
    // Probabilities 1, 1 and 2 of the class become 1, 9 and 2, and are scaled by 4 / 12; an index outside the class has no effect.
    {
      options: { themes: 2 },
      context: {
        classBiases: [
          {
            first: 1,
            count: 3,
            biases: new Map([
              [1, Math.log(3)],
              [3, 9],
              [-1, 9],
            ]),
          },
        ],
      },
      times: { first: 0, count: 1 },
      scores: [2, 0, 0, LN2, 1],
      expected: [2, Math.log(4 / 12), Math.log(36 / 12), Math.log(8 / 12), 1],
    },
    // The only one that is left keeps its score.
    {
      options: { themes: 1 },
      context: { classBiases: [{ first: 0, count: 2, biases: new Map([[0, 1]]) }] },
      times: { first: 0, count: 1 },
      scores: [NO, 3, 1],
      expected: [NO, 3, 1],
    },
    {
      options: {},
      context: { classBiases: [{ first: 0, count: 2, biases: new Map([[0, 1]]) }] },
      scores: [1, 3, 1],
      expected: [1, 3, 1],
    },
  ],
  dynamics: [
    // Velocities 32 and 96 of the class: weights e^(−(8/16)²/2) and e^(−(72/16)²/2); the sum of their probabilities stays 2.
    {
      options: { dynamics: "pp" },
      velocities: { first: 1, count: 2 },
      scores: [3, 0, 0, 1],
      expected: [3, Math.log(2 / (1 + Math.exp(-10))), Math.log(2 / (1 + Math.exp(10))), 1],
    },
    {
      options: { dynamics: "mf" },
      velocities: { first: 0, count: 8 },
      scores: [NO, NO, NO, 2, NO, NO, NO, NO, 7], // the only one that is left keeps its score
      expected: [NO, NO, NO, 2, NO, NO, NO, NO, 7],
    },
    {
      options: { dynamics: "ff" },
      velocities: { first: 0, count: 2 },
      scores: [NO, NO, 1],
      expected: [NO, NO, 1],
    },
  ],
  topNSigma: [
    // Mean 1.5, standard deviation √1.25 = 1.118.
    { options: { topNSigma: 1 }, scores: [0, 1, 2, 3, NO], expected: [NO, NO, 2, 3, NO] },
    { options: { topNSigma: 2 }, scores: [0, 1, 2, 3, NO], expected: [NO, 1, 2, 3, NO] },
    { options: { topNSigma: 0.01 }, scores: [0, 3, 1], expected: [NO, 3, NO] },
    { options: { topNSigma: 1 }, scores: [2, 2], expected: [2, 2] },
    { options: { topNSigma: 0 }, scores: [0, -100], expected: [0, -100] },
  ],
  pitchTemperature: [
    // Probabilities 1 and 3 of the class become 1 and 9, and are scaled by 4 / 10.
    {
      options: { pitchTemperature: 0.5 },
      pitches: { first: 1, count: 2 },
      scores: [2, 0, Math.log(3), 1],
      expected: [2, Math.log(0.4), Math.log(3.6), 1],
    },
    {
      options: { pitchTemperature: 0.5 },
      pitches: { first: 0, count: 3 },
      scores: [NO, 0, Math.log(3), 1],
      expected: [NO, Math.log(0.4), Math.log(3.6), 1],
    },
    {
      options: { pitchTemperature: 3 },
      pitches: { first: 0, count: 2 },
      scores: [NO, NO, 1],
      expected: [NO, NO, 1],
    },
  ],
  rhythmTemperature: [
    // No slope: probabilities 1, 2 and 1 become 1, 4 and 1, and are scaled by 4 / 6. The longest shift keeps its score.
    {
      options: { rhythmTemperature: 0.5 },
      times: { first: 1, count: 4 },
      scores: [2, 0, LN2, 0, 5, 1],
      expected: [2, Math.log(4 / 6), Math.log(16 / 6), Math.log(4 / 6), 5, 1],
    },
    // Two probabilities have one mean only.
    {
      options: { rhythmTemperature: 0.5 },
      times: { first: 0, count: 3 },
      scores: [Math.log(3), 0, 1],
      expected: [Math.log(3), 0, 1],
    },
    // The only one that is left keeps its score.
    {
      options: { rhythmTemperature: 3 },
      times: { first: 0, count: 4 },
      scores: [NO, 2, NO, NO, 1],
      expected: [NO, 2, NO, NO, 1],
    },
    {
      options: { rhythmTemperature: 3 },
      times: { first: 0, count: 3 },
      scores: [NO, NO, 2, 1],
      expected: [NO, NO, 2, 1],
    },
  ],
  temperature: [{ options: { temperature: 2 }, scores: [4, -1, NO], expected: [2, -0.5, NO] }],
  topK: [
    { options: { topK: 2 }, scores: [1, 4, 2, 3], expected: [NO, 4, NO, 3] },
    { options: { topK: 2 }, scores: [1, 0, 0, -1], expected: [1, 0, 0, NO] }, // all equal ones
    { options: { topK: 9 }, scores: [1, NO, 0], expected: [1, NO, 0] },
  ],
  topP: [
    { options: { topP: 0.5 }, scores: [LN2, 0, 0], expected: [LN2, NO, NO] }, // 0.5, 0.25, 0.25
    { options: { topP: 0.6 }, scores: [0, LN2, 0], expected: [NO, LN2, 0] }, // of equal ones the highest id
    { options: { topP: 0.9 }, scores: [0, 0], expected: [0, 0] },
    { options: { topP: 0 }, scores: [0, 1, NO], expected: [NO, 1, NO] },
    { options: { topP: 1 }, scores: [0, -100], expected: [0, -100] },
  ],
  minP: [
    { options: { minP: 0.5 }, scores: [0, -0.69, -0.7], expected: [0, -0.69, NO] },
    { options: { minP: 1 }, scores: [2, 1, 2], expected: [2, NO, 2] },
  ],
  typicalP: [
    // 0.4, 0.25, 0.15, 0.1, 0.06, 0.04: entropy 1.52; information 0.92, 1.39, 1.90, 2.30, 2.81, 3.22.
    {
      options: { typicalP: 0.3 },
      scores: [0.4, 0.25, 0.15, 0.1, 0.06, 0.04].map(Math.log),
      expected: [NO, Math.log(0.25), Math.log(0.15), NO, NO, NO],
    },
    { options: { typicalP: 0.5 }, scores: [0, 0, -9], expected: [0, 0, NO] }, // all equal ones
    { options: { typicalP: 1 }, scores: [0, -100], expected: [0, -100] },
  ],
};
