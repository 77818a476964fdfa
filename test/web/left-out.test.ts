import { expect, it } from "vitest";
import { SCHEMES } from "../../models/index.ts";
import * as exactAttention from "../../models/graph/exact-attention.ts";
import * as int4 from "../../models/graph/quantize-int4.ts";
import * as nativeValues from "../../src/engine/native-values.ts";
import * as replacement from "../../web/no-exact-attention.ts";
import * as scores from "../../src/text/score-text.ts";
import * as stops from "../../src/text/stop-strings.ts";
import * as replacementOfStops from "../../web/no-stop-strings.ts";
import * as replacementOfScores from "../../web/no-scores.ts";
import * as replacementOfInt4 from "../../web/no-int4.ts";
import * as replacementOfValues from "../../web/no-native-values.ts";

it("has the names of the modules that it stands for, and says so when it is called", () => {
  expect(Object.keys(replacement).toSorted()).toEqual(Object.keys(exactAttention).toSorted());
  expect(Object.keys(replacementOfValues).toSorted()).toEqual(Object.keys(nativeValues).toSorted());
  expect(Object.keys(replacementOfInt4).toSorted()).toEqual(Object.keys(int4).toSorted());
  expect(Object.keys(replacementOfScores).toSorted()).toEqual(Object.keys(scores).toSorted());
  expect(Object.keys(replacementOfStops).toSorted()).toEqual(Object.keys(stops).toSorted());
  expect(replacementOfStops.stopStrings()).toEqual(stops.stopStrings());
  expect(() => replacementOfStops.stopStrings("end")).toThrow("the page has no stop strings");
  expect(replacement.exactFrame).toThrow("the page has no exact attention");
});

it("stands for modules that no graph in WebAssembly or on WebGPU needs", () => {
  expect(Object.keys(SCHEMES.int4)).toEqual(["node"]);
  for (const { wasm, webgpu } of [SCHEMES.fp32, SCHEMES.int8]) {
    expect(wasm.isExact).toBe(false);
    expect(webgpu.isExact).toBe(false);
    expect(wasm.headsFirst).toBe(false);
    expect(webgpu.headsFirst).toBe(false);
  }
});
