#!/usr/bin/env bash
# onnxruntime-web 1.30.0 and onnxruntime-node 1.30.0 (npm): a tensor may be given as an output ("fetch"), for the result to go there. With
# WebAssembly the given tensor comes back as the result and holds what it held before: the result is lost, without an error. In Node it is
# filled, and what comes back is another tensor with a copy, so no memory is saved and the copy misses what the next run writes.
# Guessed: both fill the given tensor and return it; then, after Node, that both fill it and only Node returns a copy.
# Seen: "node: given 2, returned 2, same tensor false" and "web: given 0, returned 0, same tensor true".
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-save --ignore-scripts onnxruntime-node@1.30.0 onnxruntime-web@1.30.0
cat >runs.mjs <<'JS'
import * as node from "onnxruntime-node";
import * as web from "onnxruntime-web";

// y = x + x as a ModelProto, by the field numbers of onnx.proto.
const field = (number, bytes) => [(number << 3) | 2, bytes.length, ...bytes];
const text = (number, value) => field(number, [...Buffer.from(value)]);
const value = (name) => [...text(1, name), ...field(2, field(1, [8, 1, ...field(2, field(1, [8, 4]))]))];
const add = [...text(1, "x"), ...text(1, "x"), ...text(2, "y"), ...text(4, "Add")];
const graph = [...field(1, add), ...text(2, "g"), ...field(11, value("x")), ...field(12, value("y"))];
const model = Uint8Array.from([8, 7, ...field(7, graph), ...field(8, [16, 13])]);

web.env.wasm.numThreads = 1;
for (const [name, ort] of Object.entries({ node, web })) {
  const session = await ort.InferenceSession.create(model);
  const given = new ort.Tensor("float32", new Float32Array(4), [4]);
  const { y } = await session.run({ x: new ort.Tensor("float32", new Float32Array(4).fill(1), [4]) }, { y: given });
  console.log(`${name}: given ${given.data[0]}, returned ${y.data[0]}, same tensor ${y === given}`);
}
JS
output=$(node runs.mjs)
echo "$output"
[[ $output == *"node: given 2, returned 2, same tensor false"* && $output == *"web: given 0, returned 0, same tensor true"* ]]
