/**
 * Builds an ONNX graph line by line: every call adds a node and answers with the name of its result, so that a network
 * reads as the formulas it computes. `com.microsoft` is ONNX Runtime's own operator set.
 */
import type { ElementType, OnnxAttribute, OnnxConstant, OnnxGraph, OnnxNode, OnnxValue } from "./onnx.ts";

/** Name of a value in a graph: a tensor that flows. */
export type Value = string;

/** A weight that a graph reads and the caller of the session brings. */
export interface GraphWeight {
  readonly name: string;
  readonly shape: readonly number[];
}

export type Attributes = Readonly<Record<string, OnnxAttribute>>;

export const float = (value: number): OnnxAttribute => ({ kind: "float", value });
export const integer = (value: number): OnnxAttribute => ({ kind: "integer", value });
export const integers = (value: readonly number[]): OnnxAttribute => ({ kind: "integers", value });
export const text = (value: string): OnnxAttribute => ({ kind: "text", value });

export class GraphBuilder {
  readonly #name: string;
  readonly #nodes: OnnxNode[] = [];
  readonly #constants: OnnxConstant[] = [];
  readonly #inputs: OnnxValue[] = [];
  readonly #outputs: OnnxValue[] = [];
  readonly #weights: GraphWeight[] = [];
  /** Public names of the values that are results of the graph. */
  readonly #public = new Map<Value, string>();
  #named = 0;

  constructor(name: string) {
    this.#name = name;
  }

  /** Everything the session is to be given as external data. */
  get weights(): readonly GraphWeight[] {
    return this.#weights;
  }

  input(name: string, type: ElementType, shape: readonly (number | string)[]): Value {
    this.#inputs.push({ name, type, shape });
    return name;
  }

  /** Declares `value` a result of the graph, under its public name. */
  output(name: string, value: Value, type: ElementType, shape: readonly (number | string)[]): void {
    this.#public.set(value, name);
    this.#outputs.push({ name, type, shape });
  }

  /** A float32 weight whose values come with the session, not in the graph. */
  weight(name: string, shape: readonly number[]): Value {
    this.#weights.push({ name, shape });
    const bytes = 4 * shape.reduce((product, size) => product * size, 1);
    this.#constants.push({ name, type: "float32", shape, data: { location: name, bytes } });
    return name;
  }

  /** A short list of whole numbers inside the graph: sizes, axes, bounds. */
  integers(values: readonly number[], type: "int32" | "int64" = "int64"): Value {
    const name = this.#fresh("constant");
    const numbers =
      type === "int32" ? Int32Array.from(values) : BigInt64Array.from(values, (value) => BigInt(value));
    this.#constants.push({ name, type, shape: [values.length], data: new Uint8Array(numbers.buffer) });
    return name;
  }

  /** A node of the standard operator set with one result. */
  node(operator: string, inputs: readonly Value[], attributes: Attributes = {}): Value {
    const result = this.#fresh(operator);
    this.#add(operator, "", inputs, [result], attributes);
    return result;
  }

  /** A node of the standard operator set with several results. */
  nodes(operator: string, inputs: readonly Value[], results: number, attributes: Attributes = {}): Value[] {
    const names = Array.from({ length: results }, () => this.#fresh(operator));
    this.#add(operator, "", inputs, names, attributes);
    return names;
  }

  /** A node of ONNX Runtime's own operator set with one result. */
  microsoft(operator: string, inputs: readonly Value[], attributes: Attributes = {}): Value {
    const result = this.#fresh(operator);
    this.#add(operator, "com.microsoft", inputs, [result], attributes);
    return result;
  }

  build(): OnnxGraph {
    const renamed = (value: Value): string => this.#public.get(value) ?? value;
    return {
      name: this.#name,
      nodes: this.#nodes.map((node) => ({
        ...node,
        inputs: node.inputs.map(renamed),
        outputs: node.outputs.map(renamed),
      })),
      constants: this.#constants,
      inputs: this.#inputs,
      outputs: this.#outputs,
    };
  }

  #add(
    operator: string,
    domain: string,
    inputs: readonly Value[],
    outputs: readonly Value[],
    attributes: Attributes,
  ): void {
    this.#nodes.push({ operator, domain, inputs, outputs, attributes });
  }

  #fresh(operator: string): string {
    this.#named += 1;
    return `${operator}_${this.#named}`;
  }
}
