import { type GraphBuilder, integer, type Value } from "../../../models/index.ts";
import { allowedIds, countersAfter, declareTables, NO_AUTOMATON, tableInputs } from "./automaton.ts";
import { BOOL, only } from "./graph-nodes.ts";
import { firstId, type RuleNodes, type SamplingRule } from "./rule.ts";
import { joined } from "../graph-values.ts";
import { float32, int32 } from "./tensors.ts";

/**
 * Token mask: excludes the ids that the logits processors of a generation do not allow. The graph computes the mask of each id
 * from an automaton (Willard & Louf 2023, "Efficient Guided Generation for Large Language Models"), whose counters it updates.
 */
export const tokenMask: SamplingRule = {
  name: "allowed",
  isWarper: false,
  isOn: ({ context }) => context.allowed !== undefined || context.automaton !== undefined,
  apply: (scores, { context }) => {
    const { allowed } = context;
    if (!allowed) return;
    const first = firstId(context);
    for (let i = 0; i < scores.length; i += 1) if (allowed[first + i] === 0) scores[i] = -Infinity;
  },
  graph: {
    declare: declareMask,
    inputs: (sequences) => {
      const automata = sequences.map(({ context: { automaton } }) => automaton ?? NO_AUTOMATON);
      const [first = NO_AUTOMATON] = automata;
      const counters = joined(automata.map((each) => each.counters));
      return {
        "sampling.isMasked": int32([first === NO_AUTOMATON ? 0 : 1], 1),
        "sampling.counters": float32(counters, automata.length, first.counters.length),
        ...tableInputs(automata),
      };
    },
    fitsOneRun: (sequences) => {
      const tables = sequences.map(({ context: { automaton } }) => automaton?.tables);
      return tables.every((each) => each === tables[0]);
    },
  },
};

function declareMask(outer: GraphBuilder): RuleNodes {
  const flag = outer.input("sampling.isMasked", "int32", [1]);
  const tables = declareTables(outer);
  const initial = outer.input("sampling.counters", "float32", ["sequences", "counters"]);
  /** A value if there is an automaton, else another. */
  const branch = (
    graph: GraphBuilder,
    size: string,
    change: (inner: GraphBuilder) => Value,
    otherwise: Value,
  ): Value =>
    graph.branch(
      graph.node("Cast", [flag], { to: integer(BOOL) }),
      "float32",
      ["sequences", size],
      change,
      (inner) => inner.node("Identity", [otherwise]),
    );
  return {
    state: [{ initial, type: "float32", shape: ["sequences", "counters"] }],
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
