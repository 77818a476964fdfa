import { expect, it } from "vitest";
import { SAMPLING_OPTIONS } from "../../../src/index.ts";
import { FIRST_KEYS, MORE_KEYS, samplingSpec } from "../../../web/controls/specs.ts";

it("the settings of the page are the options of the common table, except the seed, which has no slider", () => {
  expect(FIRST_KEYS).toEqual(["temperature"]);
  const keys = SAMPLING_OPTIONS.map(({ key }) => key);
  expect(new Set([...FIRST_KEYS, ...MORE_KEYS, "seed"])).toEqual(new Set(keys));
  expect(samplingSpec("topK")).toMatchObject({
    label: "top-k",
    fallback: undefined,
    none: "all",
    minimum: 1,
    slider: { minimum: 1, maximum: 100, step: 1 },
  });
  expect(() => samplingSpec("seed")).toThrow('the option "seed" has no slider');
});

it.each(SAMPLING_OPTIONS.filter(({ slider }) => slider))(
  "the slider of $key is within its range",
  ({ minimum, maximum, slider }) => {
    expect(slider?.minimum).toBeGreaterThanOrEqual(minimum);
    expect(slider?.maximum).toBeLessThanOrEqual(maximum);
  },
);
