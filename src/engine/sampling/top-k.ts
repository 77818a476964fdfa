import { type GraphBuilder, integer, type Value } from "../../../models/index.ts";
import { excludeBelow, highest } from "./distribution.ts";
import { INT64, only } from "./graph-nodes.ts";
import { numberRule } from "./rule.ts";

/** Top-k (Fan et al. 2018, "Hierarchical Neural Story Generation"); of equal ids all are kept, as in OpenAI's GPT-2 sampler. */
export const topK = numberRule({
  option: "topK",
  off: Infinity,
  isWarper: true,
  process: keepTopK,
  graph: {
    type: "int32",
    toInput: (count, vocabularySize) => (count < vocabularySize ? count : 0), // 0 keeps all
    process: topKNodes,
  },
});

/** Keeps the `count` likeliest ids, and ties with the last of them. */
export function keepTopK(scores: Float64Array, count: number): void {
  if (count >= scores.length) return;
  const lowest = count === 1 ? highest(scores) : nthHighest(new Float64Array(scores), count);
  excludeBelow(scores, lowest);
}

function topKNodes(graph: GraphBuilder, scores: Value, count: Value): Value {
  const counts = graph.node("Cast", [count], { to: integer(INT64) }); // [sequences, 1]
  const most = graph.node("ReduceMax", [counts, graph.integers([0])], { keepdims: integer(0) }); // [1]
  const axis = { axis: integer(1) };
  const [best = ""] = graph.nodes("TopK", [scores, most], 2, axis); // [sequences, most], descending
  const last = graph.node("Sub", [counts, graph.integers([1])]);
  const lowest = graph.node("GatherElements", [best, last], axis); // [sequences, 1]
  return only(graph, graph.node("GreaterOrEqual", [scores, lowest]), scores);
}

/** The n-th highest of some values, n from 1, by quickselect (Hoare 1961); reorders them. */
function nthHighest(values: Float64Array, n: number): number {
  let low = 0;
  let high = values.length - 1;
  const wanted = n - 1;
  while (low < high) {
    const pivot = values[(low + high) >> 1]!;
    let left = low;
    let right = high;
    while (left <= right) {
      while (values[left]! > pivot) left += 1;
      while (values[right]! < pivot) right -= 1;
      if (left > right) break;
      const swapped = values[left]!;
      values[left] = values[right]!;
      values[right] = swapped;
      left += 1;
      right -= 1;
    }
    if (wanted <= right) high = right;
    else if (wanted >= left) low = left;
    else break;
  }
  return values[wanted] ?? -Infinity;
}
