/** Rules that change the scores of one class of ids, and leave the probability of the class as a whole the same. */
import { type GraphBuilder, integer, type Value } from "../../../models/index.ts";
import { logSumExp } from "./distribution.ts";
import { INT32, only } from "./graph-nodes.ts";
import type { GraphInputs, IdRange } from "./rule.ts";
import { int32 } from "./tensors.ts";

/**
 * Changes the scores of the class, then adds a constant. No effect if all ids of the class are excluded.
 *
 * @param firstScore id of the first score.
 * @param change the new score of the id at this index of the class.
 */
export function changeClass(
  scores: Float64Array,
  { first, count }: IdRange,
  firstScore: number,
  change: (score: number, index: number) => number,
): void {
  const at = Math.max(0, first - firstScore);
  const group = scores.subarray(at, Math.max(0, first - firstScore + count));
  const before = logSumExp(group);
  if (before === -Infinity) return;
  const skipped = at + firstScore - first;
  for (let i = 0; i < group.length; i += 1) group[i] = change(group[i]!, skipped + i);
  const shift = before - logSumExp(group);
  for (let i = 0; i < group.length; i += 1) group[i]! += shift;
}

/** The ids from `first` up to `end`, int32 `[1]`. */
export type ClassNodes = Readonly<Record<"first" | "end", Value>>;

/** Declares the inputs that `classInputs` fills. */
export function declareClass(outer: GraphBuilder, name: string): ClassNodes {
  const bound = (of: string): Value => outer.input(`sampling.${name}${of}`, "int32", [1]);
  return { first: bound("First"), end: bound("End") };
}

/** @param range of the class; undefined if the rule is off. */
export function classInputs(name: string, range: IdRange | undefined): GraphInputs {
  const { first, count } = range ?? { first: 0, count: 0 };
  return { [`sampling.${name}First`]: int32([first], 1), [`sampling.${name}End`]: int32([first + count], 1) };
}

/** Whether all classes are the same ids; undefined for a sequence without the rule. */
export function areSameClass(classes: readonly (IdRange | undefined)[]): boolean {
  const all = classes.flatMap((each) => each ?? []);
  return all.every(({ first, count }) => first === all[0]?.first && count === all[0].count);
}

/** The graph form of `changeClass`. @param change of scores `[sequences, class]`, which are finite. */
export function changeClassNodes(
  graph: GraphBuilder,
  scores: Value,
  { first, end }: ClassNodes,
  change: (group: Value) => Value,
): Value {
  const part = (from: Value, to: Value): Value =>
    graph.node("Slice", [scores, from, to, graph.integers([1], "int32")]);
  const size = graph.node("Shape", [scores], { start: integer(1) });
  const group = part(first, end); // [sequences, class]
  const isIn = graph.node("Greater", [group, graph.floats([-Infinity])]);
  const finite = graph.node("Max", [group, graph.floats([OUT])]); // −∞ − (−∞) would be NaN
  const total = (values: Value): Value => graph.node("ReduceLogSumExp", [values, graph.integers([1])]); // [sequences, 1]
  const changed = change(finite);
  const moved = graph.node("Add", [changed, graph.node("Sub", [total(finite), total(changed)])]);
  const before = part(graph.integers([0], "int32"), first);
  const after = part(end, graph.node("Cast", [size], { to: integer(INT32) }));
  return graph.node("Concat", [before, only(graph, isIn, moved), after], { axis: integer(1) });
}

/** Less than any score, also when divided by the lowest temperature. */
export const OUT = -1e30;
