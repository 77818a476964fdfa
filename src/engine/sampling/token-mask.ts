import { type GraphBuilder, integer, type Value } from "../../../models/index.ts";
import { allowedIds, countersAfter, declareTables, NO_AUTOMATON, tableInputs } from "./automaton.ts";
import { BOOL, only } from "./graph-nodes.ts";
import type { RuleNodes, SamplingRule } from "./rule.ts";
import { float32, int32 } from "./tensors.ts";

/**
 * Token mask: excludes the ids that the logits processors of a generation do not allow. The graph computes the mask of each id
 * from an automaton (Willard & Louf 2023, "Efficient Guided Generation for Large Language Models"), whose counters it updates.
 */
export const tokenMask: SamplingRule = {
  name: "allowed",
  isWarper: false,
  isOn: ({ context }) => context.allowed !== undefined || context.automaton !== undefined,
  apply: (scores, { context: { allowed } }) => {
    if (allowed) for (let id = 0; id < scores.length; id += 1) if (allowed[id] === 0) scores[id] = -Infinity;
  },
  graph: {
    declare: declareMask,
    inputs: ({ context: { automaton } }) => {
      const { counters } = automaton ?? NO_AUTOMATON;
      return {
        "sampling.isMasked": int32([automaton ? 1 : 0], 1),
        "sampling.counters": float32(counters, 1, counters.length),
        ...tableInputs(automaton ?? NO_AUTOMATON),
      };
    },
  },
};

function declareMask(outer: GraphBuilder): RuleNodes {
  const flag = outer.input("sampling.isMasked", "int32", [1]);
  const tables = declareTables(outer);
  const initial = outer.input("sampling.counters", "float32", [1, "counters"]);
  /** A value if there is an automaton, else another. */
  const branch = (
    graph: GraphBuilder,
    size: string,
    change: (inner: GraphBuilder) => Value,
    otherwise: Value,
  ): Value =>
    graph.branch(graph.node("Cast", [flag], { to: integer(BOOL) }), "float32", [1, size], change, (inner) =>
      inner.node("Identity", [otherwise]),
    );
  return {
    state: [{ initial, type: "float32", shape: [1, "counters"] }],
    apply: (graph, scores, [counters = initial]) =>
      branch(
        graph,
        "vocabulary",
        (inner) => only(inner, allowedIds(inner, tables, counters), scores),
        scores,
      ),
    next: (graph, [counters = initial], id) => [
      branch(graph, "counters", (inner) => countersAfter(inner, tables, counters, id), counters),
    ],
  };
}
