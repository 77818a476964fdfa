import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { longestMatch } from "../../src/music/longest-match.ts";

describe("longestMatch", () => {
  it.each([
    { what: "the value after the same two values", values: [1, 2, 3, 1, 2], next: 2, length: 2 },
    { what: "the latest of equally long matches", values: [1, 2, 9, 1, 2, 8, 1, 2], next: 5, length: 2 },
    {
      what: "a longer match rather than a later one",
      values: [4, 1, 2, 9, 1, 2, 8, 4, 1, 2],
      next: 3,
      length: 3,
    },
    { what: "a repeat that overlaps its copy", values: [7, 7, 7], next: 2, length: 2 },
  ])("finds $what", ({ values, next, length }) => {
    expect(longestMatch(values, { minLength: 2, maxLength: 5, minLag: 1 })).toEqual({ next, length });
  });

  it("finds no match below the minimum length", () => {
    expect(longestMatch([1, 2, 3, 1, 2], { minLength: 3, maxLength: 5, minLag: 1 })).toBeUndefined();
    expect(longestMatch([], { minLength: 1, maxLength: 5, minLag: 1 })).toBeUndefined();
  });

  it("cuts matches at the maximum length", () => {
    expect(
      longestMatch([0, 1, 2, 3, 5, 1, 2, 3, 6, 0, 1, 2, 3], { minLength: 2, maxLength: 3, minLag: 1 }),
    ).toEqual({ next: 8, length: 3 });
  });

  it("agrees with a comparison of all positions", () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat(2), { maxLength: 30 }),
        fc.integer({ min: 1, max: 9 }),
        (values, minLag) => {
          const lengths = values.map((_, next) => {
            let length = 0;
            while (length < Math.min(6, next) && values[next - 1 - length] === values.at(-1 - length))
              length += 1;
            return length;
          });
          lengths.length = Math.max(0, values.length - minLag + 1);
          const longest = Math.max(0, ...lengths);
          const expected = longest < 2 ? undefined : { next: lengths.lastIndexOf(longest), length: longest };
          expect(longestMatch(values, { minLength: 2, maxLength: 6, minLag })).toEqual(expected);
        },
      ),
    );
  });
});
