import { expect, it } from "vitest";
import { SCHEMES } from "../../models/index.ts";
import * as exactAttention from "../../models/graph/exact-attention.ts";
import * as replacement from "../../web/no-exact-attention.ts";

it("has the names of the module that it stands for, and says so when it is called", () => {
  expect(Object.keys(replacement).toSorted()).toEqual(Object.keys(exactAttention).toSorted());
  expect(replacement.exactFrame).toThrow("the page has no exact attention");
});

it("stands for a module that no graph in WebAssembly or on WebGPU needs", () => {
  for (const { wasm, webgpu } of [SCHEMES.fp32, SCHEMES.int8]) {
    expect(wasm.isExact).toBe(false);
    expect(webgpu.isExact).toBe(false);
  }
});
