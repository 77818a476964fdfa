/** The interface of sampling rules, and their inputs. */
import type { AutomatonTables } from "../../../encoding/index.ts";
import type { CarriedState, GraphBuilder, Value } from "../../../models/index.ts";
import type { NumberOptionKey, SamplingOptions } from "../../options.ts";
import type { RuntimeTensor } from "../runtime.ts";
import { switchOf, whenOn } from "./graph-nodes.ts";
import { float32, int32 } from "./tensors.ts";

/**
 * A sampling rule, like a logits processor of Hugging Face: it changes scores, which are logits at first. −∞ excludes an id. Rules have no
 * state: inputs that depend on earlier ids are in `SamplingContext`.
 */
export interface SamplingRule {
  /** Name of its option, or of the value in `SamplingContext` that it applies. */
  readonly name: string;
  /** Warpers are not applied at temperature 0, which takes the likeliest id. At least one id remains after a warper. */
  readonly isWarper: boolean;
  /** Whether the rule changes any score. */
  isOn(input: RuleInput): boolean;
  /** Changes the scores in place, `[vocabulary]` or those of `context.slice`; without effect unless `isOn`. */
  apply(scores: Float64Array, input: RuleInput): void;
  /** The same rule for sampling in the graph. Default: none; while the rule is on, each run is one id long. */
  readonly graph?: GraphForm;
  /** @throws OptionError when an option does not fit the model. */
  check?(input: RuleInput): void;
}

/** A rule as nodes of an ONNX graph, and the values of its inputs. A run samples one id for each of its sequences. */
export interface GraphForm {
  /** Declares the inputs of the rule, with names that begin with "sampling.". */
  declare(graph: GraphBuilder): RuleNodes;
  /** The values of these inputs, one row for each sequence. If the rule is off, the nodes change no score with them. */
  inputs(sequences: readonly RuleInput[], vocabularySize: number): GraphInputs;
  /** Whether one run can sample for these sequences. Default: always. */
  fitsOneRun?(sequences: readonly RuleInput[]): boolean;
}

/** Values of graph inputs by name. */
export type GraphInputs = Readonly<Record<string, RuntimeTensor>>;

/** The nodes of a rule, whose inputs are declared. */
export interface RuleNodes {
  /** @param scores float32 `[sequences, vocabulary]`. @returns the changed scores. */
  apply(graph: GraphBuilder, scores: Value, state: readonly Value[]): Value;
  /** Values that depend on the ids sampled before. Default: none. */
  readonly state?: readonly CarriedState[];
  /** @param id int32 `[sequences]`, the sampled ids. @returns the state for the next ids. */
  next?(graph: GraphBuilder, state: readonly Value[], id: Value): readonly Value[];
}

/** The values of all rules. */
export interface RuleInput {
  readonly options: SamplingOptions;
  readonly context: SamplingContext;
  /** The note-on ids. */
  readonly pitches: IdRange | undefined;
  /** The velocity ids. */
  readonly velocities?: IdRange | undefined;
  /** The time shift ids, by rising length. */
  readonly times?: IdRange | undefined;
}

/** Consecutive ids. */
export interface IdRange {
  readonly first: number;
  readonly count: number;
}

/** Ids that end a run which samples in the graph: it ends when the shares of its ids are 1 or more. */
export interface EndIds extends IdRange {
  /** 1: each of the ids ends the run; 0.5: two of them do. */
  readonly share: number;
}

/** The part of the vocabulary that scores belong to: ids from `first` on. */
export interface VocabularySlice {
  readonly first: number;
  readonly vocabularySize: number;
}

/** The inputs of one sample besides logits and options. */
export interface SamplingContext extends LogitAdjustment {
  /** The ids of the logits. All others are excluded. Default: all ids, from 0 on. */
  readonly slice?: VocabularySlice | undefined;
  /** One byte per id, 0 for excluded ids. Default: all ids are allowed. */
  readonly allowed?: Uint8Array | undefined;
  /** The same mask as an automaton, for sampling in the graph. */
  readonly automaton?: Automaton | undefined;
  /** Ids that end a run which samples in the graph. Default: none. */
  readonly ends?: readonly EndIds[] | undefined;
  /** The only id that can be sampled, if it is allowed. Default: none. */
  readonly forced?: number | undefined;
  /** The ids before, which the repetition penalty applies to. Default: none. */
  readonly recent?: Iterable<number> | undefined;
}

/** Numbers that are added to the logits. */
export interface LogitAdjustment {
  /** In addition to `logitBias`. */
  readonly biases?: readonly IdBias[];
  /** Of classes that do not overlap: see `classBias`. The option `themes` multiplies them. */
  readonly classBiases?: readonly ClassBias[];
}

/** Numbers to add to the logits of consecutive ids, from `first` on. */
export interface IdBias {
  readonly first: number;
  readonly biases: ArrayLike<number>;
}

/** Numbers to add to the scores within a class of ids, whose probability as a whole stays the same. */
export interface ClassBias extends IdRange {
  /** By index in the class; indices outside it have no effect. */
  readonly biases: ReadonlyMap<number, number>;
}

/** The allowed ids as an automaton with counters: its tables, its state, and the limit of each id's clock. */
export interface Automaton {
  readonly tables: AutomatonTables;
  readonly counters: Float32Array; // [counters]
  readonly limits: Float32Array; // [vocabulary]
  readonly highestCountdown: number;
}

/** The id of the first score. */
export function firstId({ slice }: SamplingContext): number {
  return slice?.first ?? 0;
}

/** A rule with one number as its option. */
export interface NumberRule {
  readonly option: NumberOptionKey;
  /** The value without effect. */
  readonly off: number;
  readonly isWarper: boolean;
  /** Changes the scores in place; not called for the value `off`. */
  process(scores: Float64Array, value: number, context: SamplingContext): void;
  readonly graph?: NumberGraph;
}

/** The graph form of such a rule. */
export interface NumberGraph {
  /** @param value `[sequences, 1]`. @returns the changed scores. */
  process(graph: GraphBuilder, scores: Value, value: Value): Value;
  /** Default: float32. */
  readonly type?: "int32";
  /** The number that the graph receives. Default: the value itself. */
  toInput?(value: number, vocabularySize: number): number;
  /** Whether the nodes are few, so that they are computed for the value `off` too. Default: a branch skips them. */
  readonly isCheap?: boolean;
}

/** Makes a rule from its option, its off value and its two forms. */
export function numberRule(rule: NumberRule): SamplingRule {
  const { option, off, isWarper, process, graph } = rule;
  const valueOf = ({ options }: RuleInput): number => options[option] ?? off;
  const isOn = (input: RuleInput): boolean => valueOf(input) !== off;
  return {
    name: option,
    isWarper,
    isOn,
    apply: (scores, input) => {
      if (isOn(input)) process(scores, valueOf(input), input.context);
    },
    graph: graph && numberForm(rule, graph, valueOf),
  };
}

function numberForm(
  { option, off }: NumberRule,
  { process, type, toInput = (value) => value, isCheap = false }: NumberGraph,
  valueOf: (input: RuleInput) => number,
): GraphForm {
  const name = `sampling.${option}`;
  const tensor = type === "int32" ? int32 : float32;
  return {
    declare: (outer) => {
      const value = outer.input(name, type ?? "float32", ["sequences", 1]);
      if (isCheap) return { apply: (graph, scores) => process(graph, scores, value) };
      const none = toInput(off, Infinity);
      const zero = type === "int32" ? outer.integers([none], "int32") : outer.floats([none]);
      const rule = switchOf(outer, value, zero);
      return {
        apply: (graph, scores) => whenOn(graph, rule, scores, (inner) => process(inner, scores, value)),
      };
    },
    inputs: (sequences, vocabularySize) => {
      const values = sequences.map((input) => toInput(valueOf(input), vocabularySize));
      return { [name]: tensor(values, values.length, 1) };
    },
  };
}
