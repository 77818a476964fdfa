/** The activation functions as nodes of the graph. */
import type { Activation } from "../checkpoint/index.ts";
import { float, type GraphBuilder, text, type Value } from "./graph-builder.ts";

/**
 * Applies an activation function to each number of `x`.
 *
 * @param slope name of the learned slope of `prelu` for numbers below 0, a weight `[1]`.
 */
export function activate(graph: GraphBuilder, activation: Activation, x: Value, slope: string): Value {
  const node = (operator: string, ...inputs: Value[]): Value => graph.node(operator, inputs);
  const times = (value: Value, factor: number): Value => node("Mul", value, graph.floats([factor]));
  const clip = (value: Value, low: number, high: number): Value =>
    node("Clip", value, graph.floats([low], []), graph.floats([high], []));
  switch (activation) {
    case "tanh_gelu":
      return graph.node("Gelu", [x], { approximate: text("tanh") });
    case "gelu":
      return node("Gelu", x);
    case "gelu_10":
      return clip(node("Gelu", x), -10, 10);
    case "quick_gelu":
      return node("Mul", x, node("Sigmoid", times(x, 1.702)));
    case "silu":
      return node("Mul", x, node("Sigmoid", x));
    case "relu":
      return node("Relu", x);
    case "relu2": {
      const positive = node("Relu", x);
      return node("Mul", positive, positive);
    }
    case "relu6":
      return clip(x, 0, 6);
    case "leaky_relu":
      return graph.node("LeakyRelu", [x], { alpha: float(0.01) });
    case "prelu": {
      const negative = node("Relu", node("Neg", x));
      return node("Sub", node("Relu", x), node("Mul", negative, graph.weight(slope, [1])));
    }
    case "tanh":
      return node("Tanh", x);
    case "sigmoid":
      return node("Sigmoid", x);
    case "hardswish":
      return node("Mul", x, graph.node("HardSigmoid", [x], { alpha: float(1 / 6), beta: float(0.5) }));
    case "mish":
      return node("Mul", x, node("Tanh", node("Softplus", x)));
    case "sqrtsoftplus":
      return node("Sqrt", node("Softplus", x));
    case "laplace": {
      // The cumulative distribution of N(√½, 1 / 4π), which transformers rounds to six digits.
      const scaled = times(node("Sub", x, graph.floats([Math.SQRT1_2])), Math.sqrt(2 * Math.PI));
      return times(node("Add", node("Erf", scaled), graph.floats([1])), 0.5);
    }
    case "linear":
      return x;
  }
}
