import { expect, it } from "vitest";
import { samplingOf } from "../src/options.ts";

it("samplingOf takes the options of sampling that are given, and no others", () => {
  const bias = new Map([[3, -1]]);
  const flags = {
    topP: 0.9,
    seed: 0,
    temperature: undefined,
    logitBias: bias,
    dynamics: "pp" as const,
    out: "a.mid",
    model: "piano",
    quiet: true,
  };
  expect(Object.entries(samplingOf(flags))).toEqual([
    ["topP", 0.9],
    ["seed", 0],
    ["dynamics", "pp"],
    ["logitBias", bias],
  ]);
});
