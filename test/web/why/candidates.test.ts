import { expect, it } from "vitest";
import { percentOf, withChosen } from "../../../web/why/candidates.ts";

it("lists the chosen candidate once", () => {
  const likely = { id: 1, probability: 0.5 };
  const chosen = { id: 2, probability: 0.01 };
  expect(withChosen([likely], chosen)).toEqual([likely, chosen]);
  expect(withChosen([likely, chosen], chosen)).toEqual([likely, chosen]);
  expect(withChosen([likely], undefined)).toEqual([likely]);
});

it("writes a probability in percent, with a decimal if it is below 10 %", () => {
  expect([1, 0.41, 0.0995, 0.0994, 0.001, 0].map(percentOf)).toEqual([
    "100 %",
    "41 %",
    "10 %",
    "9.9 %",
    "0.1 %",
    "0.0 %",
  ]);
});
