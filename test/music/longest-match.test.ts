import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { longestMatch } from "../../src/music/longest-match.ts";

describe("longestMatch", () => {
  it.each([
    { what: "the place behind the same two values", values: [1, 2, 3, 1, 2], next: 2, length: 2 },
    { what: "the latest of equally long ones", values: [1, 2, 9, 1, 2, 8, 1, 2], next: 5, length: 2 },
    {
      what: "a longer one rather than a later one",
      values: [4, 1, 2, 9, 1, 2, 8, 4, 1, 2],
      next: 3,
      length: 3,
    },
    { what: "a repeat that overlaps its copy", values: [7, 7, 7], next: 2, length: 2 },
  ])("finds $what", ({ values, next, length }) => {
    expect(longestMatch(values, { shortest: 2, longest: 5, ago: 1 })).toEqual({ next, length });
  });

  it("finds none that is shorter than the shortest", () => {
    expect(longestMatch([1, 2, 3, 1, 2], { shortest: 3, longest: 5, ago: 1 })).toBeUndefined();
    expect(longestMatch([], { shortest: 1, longest: 5, ago: 1 })).toBeUndefined();
  });

  it("does not tell longer ones than the longest apart", () => {
    expect(
      longestMatch([0, 1, 2, 3, 5, 1, 2, 3, 6, 0, 1, 2, 3], { shortest: 2, longest: 3, ago: 1 }),
    ).toEqual({ next: 8, length: 3 });
  });

  it("agrees with a comparison of all places", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(2), { maxLength: 30 }), fc.integer({ min: 1, max: 9 }), (values, ago) => {
        const lengths = values.map((_, next) => {
          let length = 0;
          while (length < Math.min(6, next) && values[next - 1 - length] === values.at(-1 - length))
            length += 1;
          return length;
        });
        lengths.length = Math.max(0, values.length - ago + 1);
        const longest = Math.max(0, ...lengths);
        const expected = longest < 2 ? undefined : { next: lengths.lastIndexOf(longest), length: longest };
        expect(longestMatch(values, { shortest: 2, longest: 6, ago })).toEqual(expected);
      }),
    );
  });
});
