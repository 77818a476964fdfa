import { expect, test } from "vitest";
import { encodeModel } from "../../../models/graph/onnx.ts";
import {
  bytesField,
  floatField,
  integerField,
  integersField,
  message,
  textField,
} from "../../../models/graph/protobuf.ts";
import { createNodeRuntime } from "../../../src/platform/node/runtime.ts";

// The examples of protobuf.dev, "Encoding".
test("encodes the examples of the format's documentation", () => {
  expect([...integerField(1, 150)]).toEqual([0x08, 0x96, 0x01]);
  expect([...textField(2, "testing")]).toEqual([0x12, 0x07, 0x74, 0x65, 0x73, 0x74, 0x69, 0x6e, 0x67]);
  expect([...bytesField(3, message(integerField(1, 150)))]).toEqual([0x1a, 0x03, 0x08, 0x96, 0x01]);
  expect([...integersField(6, [3, 270, 86942])]).toEqual([0x32, 0x06, 0x03, 0x8e, 0x02, 0x9e, 0xa7, 0x05]);
  expect([...integerField(1, -2)]).toEqual([0x08, 0xfe, ...Array.from({ length: 8 }, () => 0xff), 0x01]);
  expect([...floatField(2, 1.5)]).toEqual([0x15, 0x00, 0x00, 0xc0, 0x3f]);
});

test("ONNX Runtime reads attributes of every kind, subgraphs and external data", async () => {
  const scalar = { type: "float32", shape: [1] } as const;
  const branch = (name: string, operator: string) => ({
    name,
    nodes: [{ operator, domain: "", inputs: ["x"], outputs: [name], attributes: {} }],
    constants: [],
    inputs: [],
    outputs: [{ name, ...scalar }],
  });
  const model = encodeModel({
    opsets: { "": 21 },
    graph: {
      name: "test",
      inputs: [{ name: "x", ...scalar }],
      outputs: [{ name: "y", type: "float32", shape: [1, 1] }],
      constants: [
        { name: "yes", type: "bool", shape: [], data: Uint8Array.of(1) },
        { name: "axes", type: "int64", shape: [1], data: new Uint8Array(BigInt64Array.of(0n).buffer) },
        { name: "w", type: "float32", shape: [1], data: { location: "w", offset: 0, bytes: 4 } },
      ],
      nodes: [
        {
          operator: "If",
          domain: "",
          inputs: ["yes"],
          outputs: ["chosen"],
          attributes: {
            then_branch: { kind: "graph", value: branch("then", "Neg") },
            else_branch: { kind: "graph", value: branch("else", "Abs") },
          },
        },
        { operator: "Mul", domain: "", inputs: ["chosen", "w"], outputs: ["product"], attributes: {} },
        {
          operator: "LeakyRelu",
          domain: "",
          inputs: ["product"],
          outputs: ["leaky"],
          attributes: { alpha: { kind: "float", value: 0.5 } },
        },
        {
          operator: "Gelu",
          domain: "",
          inputs: ["leaky"],
          outputs: ["unused"],
          attributes: { approximate: { kind: "text", value: "tanh" } },
        },
        { operator: "Unsqueeze", domain: "", inputs: ["leaky", "axes"], outputs: ["row"], attributes: {} },
        {
          operator: "Transpose",
          domain: "",
          inputs: ["row"],
          outputs: ["turned"],
          attributes: { perm: { kind: "integers", value: [1, 0] } },
        },
        {
          operator: "Softmax",
          domain: "",
          inputs: ["turned"],
          outputs: ["flat"],
          attributes: { axis: { kind: "integer", value: -1 } },
        },
        { operator: "Mul", domain: "", inputs: ["turned", "flat"], outputs: ["y"], attributes: {} },
      ],
    },
  });
  const runtime = await createNodeRuntime({ backend: "node", threads: 1 });
  const session = await runtime.createSession(model, new Map([["w", Float32Array.of(3)]]));
  const results = await session.run({ x: { type: "float32", data: Float32Array.of(2), shape: [1] } });
  expect(results.get("y")).toEqual({ type: "float32", data: Float32Array.of(-3), shape: [1, 1] });
  await session.dispose();
});
