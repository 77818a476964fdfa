/**
 * Builds an ONNX graph. Every call adds a node and returns the name of its result, so that code follows the formulas.
 * `com.microsoft` is ONNX Runtime's own operator set.
 */
import type { ElementType, OnnxAttribute, OnnxConstant, OnnxGraph, OnnxNode, OnnxValue } from "./onnx.ts";

/** Name of a tensor in a graph. */
export type Value = string;

/** A weight of a graph, which is passed to the session as external data. */
export interface GraphWeight {
  readonly name: string;
  readonly type: WeightType;
  readonly shape: readonly number[];
  /** Name of its bytes, which several weights can share. */
  readonly data: string;
}

/** Element types of weights, with their sizes in bytes. */
const WEIGHT_BYTES = { float32: 4, int8: 1, uint8: 1 } as const;

export type WeightType = keyof typeof WEIGHT_BYTES;

/** File and byte offset of a weight, by the name of its data. */
export type Locate = (data: string) => { readonly file: string; readonly offset: number };

/** Each weight is passed to the session by name. */
const byName: Locate = (data) => ({ file: data, offset: 0 });

export type Attributes = Readonly<Record<string, OnnxAttribute>>;

export const float = (value: number): OnnxAttribute => ({ kind: "float", value });
/** An attribute of a node: a whole number. */
export const integer = (value: number): OnnxAttribute => ({ kind: "integer", value });
export const integers = (value: readonly number[]): OnnxAttribute => ({ kind: "integers", value });
export const text = (value: string): OnnxAttribute => ({ kind: "text", value });

/** An ONNX graph, or a subgraph of one, under construction. */
export class GraphBuilder {
  readonly #name: string;
  readonly #nodes: OnnxNode[] = [];
  readonly #inputs: OnnxValue[] = [];
  readonly #outputs: OnnxValue[] = [];
  /** Output names by value. */
  readonly #public = new Map<Value, string>();
  /** Shared by a graph and its subgraphs: names must be unique among them, since subgraphs read values of the outer graph. */
  readonly #shared: {
    readonly constants: OnnxConstant[];
    readonly weights: GraphWeight[];
    readonly locate: Locate;
    named: number;
  };
  readonly #isInner: boolean;

  /** @param around the outer graph, if this one is a subgraph: the body of a loop, or a branch. */
  constructor(name: string, around?: GraphBuilder, locate: Locate = byName) {
    this.#name = name;
    this.#isInner = around !== undefined;
    this.#shared = around ? around.#shared : { constants: [], weights: [], locate, named: 0 };
  }

  /** The weights, in the order of their first use. */
  get weights(): readonly GraphWeight[] {
    return this.#shared.weights;
  }

  /** Whether the session maps the weights from files instead of receiving them in memory. */
  get isMapped(): boolean {
    return this.#shared.locate !== byName;
  }

  /** Declares an input of the graph; named sizes may differ between runs. */
  input(name: string, type: ElementType, shape: readonly (number | string)[]): Value {
    this.#inputs.push({ name, type, shape });
    return name;
  }

  /** Declares an input of a subgraph, with a generated name. */
  parameter(type: ElementType, shape: readonly (number | string)[]): Value {
    return this.input(this.#fresh("parameter"), type, shape);
  }

  /** Declares `value` the next output of a subgraph; these are identified by order, not by name. */
  result(value: Value, type: ElementType, shape: readonly (number | string)[]): void {
    this.#outputs.push({ name: value, type, shape });
  }

  /** Declares `value` an output of the graph, named `name`. */
  output(name: string, value: Value, type: ElementType, shape: readonly (number | string)[]): void {
    this.#public.set(value, name);
    this.#outputs.push({ name, type, shape });
  }

  /**
   * A weight, whose values are external data. A second call with the same name returns the same weight.
   *
   * @param data name of its bytes. Default: `name`.
   * @param begin byte offset within them. Default 0.
   */
  weight(
    name: string,
    shape: readonly number[],
    type: WeightType = "float32",
    data = name,
    begin = 0,
  ): Value {
    if (this.#shared.weights.some((weight) => weight.name === name)) return name;
    this.#shared.weights.push({ name, type, shape, data });
    const bytes = WEIGHT_BYTES[type] * shape.reduce((product, size) => product * size, 1);
    const { file, offset } = this.#shared.locate(data);
    this.#shared.constants.push({
      name,
      type,
      shape,
      data: { location: file, offset: offset + begin, bytes },
    });
    return name;
  }

  /** A constant list of whole numbers, such as sizes, axes or bounds. */
  integers(values: readonly number[], type: "int32" | "int64" = "int64"): Value {
    const name = this.#fresh("constant");
    const numbers =
      type === "int32" ? Int32Array.from(values) : BigInt64Array.from(values, (value) => BigInt(value));
    return this.#constant(name, type, [values.length], numbers);
  }

  /** A float32 constant. */
  floats(values: readonly number[], shape: readonly number[] = [values.length]): Value {
    return this.#constant(this.#fresh("constant"), "float32", shape, Float32Array.from(values));
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

  /**
   * A conditional value (`If`): only the selected branch is computed.
   *
   * @param condition bool, one element.
   */
  branch(
    condition: Value,
    type: ElementType,
    shape: readonly (number | string)[],
    then: (inner: GraphBuilder) => Value,
    otherwise: (inner: GraphBuilder) => Value,
  ): Value {
    const inner = (name: string, build: (inner: GraphBuilder) => Value): OnnxAttribute => {
      const graph = new GraphBuilder(name, this);
      graph.result(build(graph), type, shape);
      return { kind: "graph", value: graph.build() };
    };
    return this.node("If", [condition], {
      then_branch: inner("then", then),
      else_branch: inner("else", otherwise),
    });
  }

  /** The graph as built so far. */
  build(): OnnxGraph {
    const renamed = (value: Value): string => this.#public.get(value) ?? value;
    return {
      name: this.#name,
      nodes: this.#nodes.map((node) => ({
        ...node,
        inputs: node.inputs.map(renamed),
        outputs: node.outputs.map(renamed),
      })),
      constants: this.#isInner ? [] : this.#shared.constants,
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

  #constant(
    name: string,
    type: ElementType,
    shape: readonly number[],
    numbers: Float32Array | Int32Array | BigInt64Array,
  ): Value {
    const { buffer, byteOffset, byteLength } = numbers;
    this.#shared.constants.push({ name, type, shape, data: new Uint8Array(buffer, byteOffset, byteLength) });
    return name;
  }

  #fresh(operator: string): string {
    this.#shared.named += 1;
    return `${operator}_${this.#shared.named}`;
  }
}
