#!/usr/bin/env bash
# onnxruntime-web 1.30.0 (npm), WebAssembly, in Node: runs that are started at once disturb each other, though each awaits its own result
# and the sessions are different ones. One after the other they are right.
# Guessed: the runs queue, or are independent. Two at once are right; of these four the last one fails.
# Seen: "Can't access output tensor data on index 0. … Reading data from non-tensor typed value is not supported."
# The arguments of a run lie on WebAssembly's stack while it awaits its inputs; a shorter run that ends meanwhile takes the stack back.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-save onnxruntime-web@1.30.0
cat >runs.mjs <<'JS'
import * as ort from "onnxruntime-web";

// ModelProto of one node, by the field numbers of onnx.proto.
const field = (number, bytes) => [(number << 3) | 2, bytes.length, ...bytes];
const text = (number, value) => field(number, [...Buffer.from(value)]);
const value = (name) => [...text(1, name), ...field(2, field(1, [8, 1, ...field(2, field(1, text(2, "n")))]))];
const long = (number, bytes) => [(number << 3) | 2, (bytes.length & 127) | 128, bytes.length >> 7, ...bytes];
function model(operator, inputs) {
  const node = [...inputs.flatMap((name) => text(1, name)), ...text(2, "y"), ...text(4, operator)];
  const declared = [...new Set(inputs)].flatMap((name) => field(11, value(name)));
  const graph = [...field(1, node), ...text(2, "g"), ...declared, ...field(12, value("y"))];
  return Uint8Array.from([8, 7, ...long(7, graph), ...field(8, [16, 13])]);
}

ort.env.wasm.numThreads = 1;
const names = Array.from({ length: 16 }, (_, i) => `x${i}`);
const short = await ort.InferenceSession.create(model("Add", ["x", "x"]));
const wide = await ort.InferenceSession.create(model("Sum", names));
const four = (number) => new ort.Tensor("float32", new Float32Array(4).fill(number));
const twice = async (number) => (await short.run({ x: four(number) })).y.data[0];
const sum = async (from) => {
  const inputs = Object.fromEntries(names.map((name, i) => [name, four(from + i)]));
  return (await wide.run(inputs)).y.data[0];
};
const inTurn = [await twice(1), await sum(1), await twice(2), await sum(2)];
const atOnce = await Promise.allSettled([twice(1), sum(1), twice(2), sum(2)]);
console.log(`in turn: ${inTurn.join(" ")}`);
console.log(`at once: ${atOnce.map((one) => one.value ?? one.reason.message).join(" ")}`);
JS
output=$(node runs.mjs)
echo "$output"
[[ $output == *"in turn: 2 136 4 152"* && $output == *"at once: 2 136 4 "*"non-tensor typed value"* ]]
