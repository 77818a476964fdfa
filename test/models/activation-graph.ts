/** One graph that computes every activation function, and the values that PyTorch has. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ACTIVATION_NAMES, activationOf } from "../../models/checkpoint/activation.ts";
import { activate } from "../../models/graph/activation.ts";
import { OPSETS } from "../../models/graph/decoder.ts";
import { GraphBuilder } from "../../models/graph/graph-builder.ts";
import { encodeModel } from "../../models/graph/onnx.ts";

/** `golden/activations.json`. */
export interface Expected {
  readonly x: number[];
  /** Values at `x` by name. */
  readonly functions: Readonly<Record<string, number[]>>;
  readonly ids: number[];
  /** Weights of `prelu`, by layer. */
  readonly slopes: number[];
  readonly networks: readonly { readonly logits: number[][]; readonly [key: string]: unknown }[];
}

export const EXPECTED: Expected = JSON.parse(
  readFileSync(join(import.meta.dirname, "golden/activations.json"), "utf8"),
);

/** A model with the input "x", the weight "slope" `[1]`, and one output for each name of a function. */
export function activationModel(): Uint8Array {
  const graph = new GraphBuilder("activations");
  const input = graph.input("x", "float32", ["numbers"]);
  for (const name of ACTIVATION_NAMES) {
    const value = activate(graph, activationOf(name)!, input, "slope");
    graph.output(name, graph.node("Identity", [value]), "float32", ["numbers"]);
  }
  return encodeModel({ graph: graph.build(), opsets: OPSETS });
}

/** The functions whose values at `EXPECTED.x` are not PyTorch's: the name, and the largest difference. */
export function wrongActivations(
  found: Readonly<Record<string, ArrayLike<number>>>,
  tolerance: number,
): readonly string[] {
  return Object.entries(EXPECTED.functions).flatMap(([name, values]) => {
    const difference = Math.max(...values.map((value, i) => Math.abs((found[name]?.[i] ?? NaN) - value)));
    return difference < tolerance ? [] : [`${name}: ${difference}`];
  });
}
