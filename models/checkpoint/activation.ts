/** The activation functions of a checkpoint, by the names of transformers' `ACT2FN` (`transformers/activations.py`, 5.24). */

/** A function that is applied to the inner values of the feed-forward layers. */
export type Activation =
  | "gelu"
  | "gelu_10"
  | "hardswish"
  | "laplace"
  | "leaky_relu"
  | "linear"
  | "mish"
  | "prelu"
  | "quick_gelu"
  | "relu"
  | "relu2"
  | "relu6"
  | "sigmoid"
  | "silu"
  | "sqrtsoftplus"
  | "tanh"
  | "tanh_gelu";

/** By `activation_function` in config.json. Names with an equal function differ in its rounding only. */
const ACTIVATIONS: ReadonlyMap<unknown, Activation> = new Map([
  ...(["gelu_new", "gelu_pytorch_tanh", "gelu_python_tanh", "gelu_fast", "gelu_accurate"] as const).map(
    (name) => [name, "tanh_gelu"] as const,
  ),
  ["gelu", "gelu"],
  ["gelu_python", "gelu"],
  ["gelu_10", "gelu_10"],
  ["quick_gelu", "quick_gelu"],
  ["silu", "silu"],
  ["swish", "silu"],
  ["relu", "relu"],
  ["relu2", "relu2"],
  ["relu6", "relu6"],
  ["leaky_relu", "leaky_relu"],
  ["prelu", "prelu"],
  ["tanh", "tanh"],
  ["sigmoid", "sigmoid"],
  ["hardswish", "hardswish"],
  ["mish", "mish"],
  ["sqrtsoftplus", "sqrtsoftplus"],
  ["laplace", "laplace"],
  ["linear", "linear"],
]);

/** The names that config.json can have. */
export const ACTIVATION_NAMES: readonly string[] = [...ACTIVATIONS.keys()].map(String);

/** The function of a name in config.json; undefined for an unknown one. */
export function activationOf(name: unknown): Activation | undefined {
  return ACTIVATIONS.get(name);
}
