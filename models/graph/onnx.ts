/**
 * ONNX models as objects, and their encoding as an `.onnx` file. Only the messages that decoders need are supported. Field numbers and enumerations: onnx/onnx, `onnx/onnx.proto`.
 */
import { bytesField, floatField, integerField, integersField, message, textField } from "./protobuf.ts";

/** Element types of tensors, with their numbers in `TensorProto.DataType`. */
const ELEMENT_TYPES = { float32: 1, uint8: 2, int8: 3, int32: 6, int64: 7, bool: 9 } as const;

export type ElementType = keyof typeof ELEMENT_TYPES;

export interface OnnxModel {
  readonly graph: OnnxGraph;
  /** Version of each operator set used, by domain; the standard one has the domain "". */
  readonly opsets: Readonly<Record<string, number>>;
}

export interface OnnxGraph {
  readonly name: string;
  readonly nodes: readonly OnnxNode[];
  readonly constants: readonly OnnxConstant[];
  readonly inputs: readonly OnnxValue[];
  readonly outputs: readonly OnnxValue[];
}

export interface OnnxNode {
  readonly operator: string;
  /** "" is the standard operator set. */
  readonly domain: string;
  /** Names of values; "" omits an optional input. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Readonly<Record<string, OnnxAttribute>>;
}

/** With a kind, since a JavaScript number can be a float or an integer. */
export type OnnxAttribute =
  | { readonly kind: "float"; readonly value: number }
  | { readonly kind: "integer"; readonly value: number }
  | { readonly kind: "integers"; readonly value: readonly number[] }
  | { readonly kind: "text"; readonly value: string }
  | { readonly kind: "graph"; readonly value: OnnxGraph };

/** A constant tensor: its bytes (little-endian, row-major), or their location in external data. */
export interface OnnxConstant {
  readonly name: string;
  readonly type: ElementType;
  readonly shape: readonly number[];
  readonly data: Uint8Array | ExternalData;
}

/** Bytes in a file: a path, or the name of an array that is passed to the session. */
export interface ExternalData {
  readonly location: string;
  readonly offset: number;
  readonly bytes: number;
}

export interface OnnxValue {
  readonly name: string;
  readonly type: ElementType;
  /** Numbers, and names of sizes that are determined at run time. */
  readonly shape: readonly (number | string)[];
}

/** IR version 10: the first with operator set 21. */
const IR_VERSION = 10;

/** The bytes of an `.onnx` file. */
export function encodeModel(model: OnnxModel): Uint8Array {
  return message(
    integerField(1, IR_VERSION),
    textField(2, "ostinato"),
    bytesField(7, encodeGraph(model.graph)),
    Object.entries(model.opsets).map(([domain, version]) =>
      bytesField(8, message(textField(1, domain), integerField(2, version))),
    ),
  );
}

function encodeGraph(graph: OnnxGraph): Uint8Array {
  return message(
    graph.nodes.map((node) => bytesField(1, encodeNode(node))),
    textField(2, graph.name),
    graph.constants.map((constant) => bytesField(5, encodeConstant(constant))),
    graph.inputs.map((value) => bytesField(11, encodeValue(value))),
    graph.outputs.map((value) => bytesField(12, encodeValue(value))),
  );
}

function encodeNode(node: OnnxNode): Uint8Array {
  return message(
    node.inputs.map((name) => textField(1, name)),
    node.outputs.map((name) => textField(2, name)),
    textField(4, node.operator),
    Object.entries(node.attributes).map(([name, value]) => bytesField(5, encodeAttribute(name, value))),
    textField(7, node.domain),
  );
}

function encodeAttribute(name: string, attribute: OnnxAttribute): Uint8Array {
  const head = textField(1, name);
  switch (attribute.kind) {
    case "float":
      return message(head, floatField(2, attribute.value), integerField(20, 1));
    case "integer":
      return message(head, integerField(3, attribute.value), integerField(20, 2));
    case "text":
      return message(head, textField(4, attribute.value), integerField(20, 3));
    case "graph":
      return message(head, bytesField(6, encodeGraph(attribute.value)), integerField(20, 5));
    case "integers":
      return message(head, integersField(8, attribute.value), integerField(20, 7));
  }
}

function encodeConstant(constant: OnnxConstant): Uint8Array {
  const { name, type, shape, data } = constant;
  const head = [integersField(1, shape), integerField(2, ELEMENT_TYPES[type]), textField(8, name)];
  if (data instanceof Uint8Array) return message(head, bytesField(9, data));
  const entries = { location: data.location, offset: String(data.offset), length: String(data.bytes) };
  const external = Object.entries(entries).map(([key, value]) =>
    bytesField(13, message(textField(1, key), textField(2, value))),
  );
  return message(head, external, integerField(14, 1));
}

function encodeValue(value: OnnxValue): Uint8Array {
  const dimensions = value.shape.map((size) =>
    bytesField(1, typeof size === "number" ? integerField(1, size) : textField(2, size)),
  );
  const tensor = message(integerField(1, ELEMENT_TYPES[value.type]), bytesField(2, message(dimensions)));
  return message(textField(1, value.name), bytesField(2, message(bytesField(1, tensor))));
}
