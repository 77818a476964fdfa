/** The sampling rules: one file each, one list of them. */
import { classBias } from "./class-bias.ts";
import { classTemperature } from "./class-temperature.ts";
import { dynamics } from "./dynamics.ts";
import { forcedToken } from "./forced-token.ts";
import { logitBias } from "./logit-bias.ts";
import { minP } from "./min-p.ts";
import { repetitionPenalty } from "./repetition-penalty.ts";
import { rhythmTemperature } from "./rhythm-temperature.ts";
import type { SamplingRule } from "./rule.ts";
import { temperature } from "./temperature.ts";
import { tokenMask } from "./token-mask.ts";
import { topNSigma } from "./top-n-sigma.ts";
import { topK } from "./top-k.ts";
import { topP } from "./top-p.ts";
import { typicalP } from "./typical-p.ts";

/** All rules, in the order of their application, which is that of Hugging Face's processors and warpers. */
export const RULES: readonly SamplingRule[] = [
  logitBias,
  repetitionPenalty,
  tokenMask,
  forcedToken,
  classBias,
  dynamics,
  topNSigma,
  classTemperature,
  rhythmTemperature,
  temperature,
  topK,
  topP,
  minP,
  typicalP,
];

export { logSumExp, softmax } from "./distribution.ts";
export { argmax, argmaxNodes } from "./gumbel-max.ts";
export { keepTopK } from "./top-k.ts";
export { firstId } from "./rule.ts";
export { float32, int32 } from "./tensors.ts";
export type {
  Automaton,
  ClassBias,
  EndIds,
  GraphInputs,
  IdBias,
  IdRange,
  LogitAdjustment,
  RuleInput,
  SamplingContext,
  SamplingRule,
  VocabularySlice,
} from "./rule.ts";
