/** What a sampling rule is, and what it depends on. */
import type { NumberOptionKey, SamplingOptions } from "../../options.ts";

/**
 * A sampling rule, as a logits processor of Hugging Face: it changes scores, which begin as logits. −∞ excludes an id. Rules
 * without state of their own: what depends on earlier ids comes in `SamplingContext`.
 */
export interface SamplingRule {
  /** Name of its option, or of the value in `SamplingContext` that it applies. */
  readonly name: string;
  /** Warpers are left out at temperature 0, which takes the likeliest id. At least one id remains after a warper. */
  readonly isWarper: boolean;
  /** Changes the scores in place, `[vocabulary]`; without effect when the rule is off. */
  apply(scores: Float64Array, input: RuleInput): void;
  /** @throws OptionError when an option does not fit the model. */
  check?(input: RuleInput): void;
}

/** The values of all rules. */
export interface RuleInput {
  readonly options: SamplingOptions;
  readonly context: SamplingContext;
  /** The note-on ids. */
  readonly pitches: IdRange | undefined;
}

/** Consecutive ids. */
export interface IdRange {
  readonly first: number;
  readonly count: number;
}

/** What one sample depends on besides logits and options. */
export interface SamplingContext extends LogitAdjustment {
  /** One byte per id, 0 for excluded ids. Default: all ids are allowed. */
  readonly allowed?: Uint8Array | undefined;
  /** The only id that can be sampled, if it is allowed. Default: none. */
  readonly forced?: number | undefined;
  /** The ids before, which the repetition penalty applies to. Default: none. */
  readonly recent?: Iterable<number> | undefined;
}

/** Added to the logits, or multiplied with the pitch temperature, for some steps. */
export interface LogitAdjustment {
  /** In addition to `logitBias`. */
  readonly biases?: readonly IdBias[];
  /** Factor of the pitch temperature: above 0; 1 for a sampler without pitches. Default 1. */
  readonly pitchTemperature?: number;
}

/** Numbers to add to the logits of consecutive ids, from `first` on. */
export interface IdBias {
  readonly first: number;
  readonly biases: ArrayLike<number>;
}

/** A rule with one number as its option. */
export interface NumberRule {
  readonly option: NumberOptionKey;
  /** The value without effect. */
  readonly off: number;
  readonly isWarper: boolean;
  /** Changes the scores in place; not called for the value `off`. */
  process(scores: Float64Array, value: number, context: SamplingContext): void;
}

export function numberRule({
  option,
  off,
  isWarper,
  process,
}: NumberRule): SamplingRule & { readonly off: number } {
  return {
    name: option,
    off,
    isWarper,
    apply: (scores, { options, context }) => {
      const value = options[option] ?? off;
      if (value !== off) process(scores, value, context);
    },
  };
}
