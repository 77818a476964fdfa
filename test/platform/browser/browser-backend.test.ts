import { afterEach, expect, it, vi } from "vitest";
import type { DecoderConfig } from "../../../models/index.ts";
import { webGpuProblem } from "../../../src/platform/browser/browser-backend.ts";

const SMALL: DecoderConfig = {
  vocabularySize: 416,
  layers: 6,
  width: 256,
  heads: 4,
  feedForward: 1024,
  window: 512,
  position: { kind: "relative", maxDistance: 512, sharedHeads: false },
  normEpsilon: 1e-5,
  tiedHead: true,
};
const GPT2: DecoderConfig = {
  ...SMALL,
  vocabularySize: 50257,
  layers: 12,
  width: 768,
  heads: 12,
  feedForward: 3072,
  position: { kind: "learned" },
};

const software = { info: { isFallbackAdapter: true } };
const hardware = { info: { isFallbackAdapter: false } };

afterEach(() => {
  vi.unstubAllGlobals();
});

it.each([
  ["wasm", GPT2, hardware, "not requested"],
  ["auto", SMALL, hardware, "the model is small"],
  ["auto", GPT2, software, "software renderer"],
  ["auto", GPT2, null, "no graphics adapter"],
  ["auto", GPT2, hardware, undefined],
  ["webgpu", SMALL, software, undefined],
  ["webgpu", SMALL, null, "no graphics adapter"],
] as const)("%s: case %#", async (backend, config, adapter, expected) => {
  vi.stubGlobal("navigator", { gpu: { requestAdapter: async () => adapter } });
  const problem = await webGpuProblem(backend, config);
  if (expected === undefined) expect(problem).toBeUndefined();
  else expect(problem).toContain(expected);
});

it("returns a reason without WebGPU, and when the adapter request fails", async () => {
  vi.stubGlobal("navigator", {});
  expect(await webGpuProblem("webgpu", GPT2)).toContain("has no WebGPU");
  vi.stubGlobal("navigator", { gpu: { requestAdapter: () => Promise.reject(new Error("blocked")) } });
  expect(await webGpuProblem("webgpu", GPT2)).toContain("no graphics adapter");
});
