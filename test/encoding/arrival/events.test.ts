import { describe, expect, it } from "vitest";
import { arrivalSteps } from "../../../encoding/index.ts";

describe("arrivalSteps", () => {
  it("rounds seconds, which the authors' code cuts to 28, 114 and 434 steps", () => {
    expect([0.29, 1.15, 4.35].map(arrivalSteps)).toEqual([29, 115, 435]);
  });

  it("rounds a half to even", () => {
    expect([0.125, 0.375, 0.625, 2.5e-3].map(arrivalSteps)).toEqual([12, 38, 62, 0]);
  });
});
