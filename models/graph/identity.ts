import { encodeModel, type OnnxValue } from "./onnx.ts";

/** The smallest graph, as an `.onnx` file: one number in, the same number out. */
export function identityGraph(): Uint8Array {
  const value = (name: string): OnnxValue => ({ name, type: "float32", shape: [1] });
  const node = { operator: "Identity", domain: "", inputs: ["in"], outputs: ["out"], attributes: {} };
  const graph = {
    name: "identity",
    nodes: [node],
    constants: [],
    inputs: [value("in")],
    outputs: [value("out")],
  };
  return encodeModel({ graph, opsets: { "": 21 } });
}
