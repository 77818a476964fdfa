import { describe, expect, it } from "vitest";
import { barChart, cumulativeChart, niceTop } from "../../../src/tools/compare/charts.ts";

/** The values of an attribute, in order. */
const numbers = (svg: string, tag: string, attribute: string): number[] =>
  [...svg.matchAll(new RegExp(`<${tag} [^>]*?\\b${attribute}="([^"]*)"`, "g"))].map((match) =>
    Number(match[1]),
  );

describe("barChart", () => {
  const svg = barChart(
    "a < b",
    ["x", "y"],
    [
      { name: "ours", className: "generated", values: [0.5, 0.25] },
      { name: "theirs", className: "reference", values: [0, 1] },
    ],
  );

  it("draws adjacent bars with heights by value", () => {
    const [a, b, c, d] = numbers(svg, "rect", "height");
    expect(d).toBeGreaterThan(100);
    expect([a, b, c]).toEqual([(d ?? 0) / 2, (d ?? 0) / 4, 0]);
    const [x1, x2, x3, x4] = numbers(svg, "rect", "x");
    const width = numbers(svg, "rect", "width")[0] ?? 0;
    expect(x3).toBeCloseTo((x1 ?? 0) + width, 1);
    expect(x4).toBeCloseTo((x2 ?? 0) + width, 1);
  });

  it("contains its title and labels, escaped", () => {
    expect(svg).toContain('aria-label="a &lt; b"');
    expect(svg).toContain("<title>theirs, y: 100 %</title>");
  });

  it("omits labels where there are too many", () => {
    const bins = Array.from({ length: 49 }, (_, i) => `bin ${i}`);
    const many = barChart("many", bins, [{ name: "", className: "generated", values: bins.map(() => 0) }]);
    expect([...many.matchAll(/>(bin \d+)<\/text>/g)].map((match) => match[1]).slice(0, 3)).toEqual([
      "bin 0",
      "bin 3",
      "bin 6",
    ]);
    expect(many).not.toContain("NaN");
  });
});

describe("cumulativeChart", () => {
  it("steps up at each value, by its share", () => {
    const svg = cumulativeChart("runs", [{ name: "ours", className: "generated", values: [10, 5, 10, 20] }]);
    const path = /d="M([\d.]+) ([\d.]+)([^"]*)"/.exec(svg);
    const [left, bottom] = [Number(path?.[1]), Number(path?.[2])];
    const steps = [...(path?.[3] ?? "").matchAll(/H([\d.]+)V([\d.]+)/g)].map(([, x, y]) => [
      Number(x) - left,
      bottom - Number(y),
    ]);
    const [width, height] = steps.at(-1) ?? [0, 0];
    const expected = [5, 10, 10, 20].map((value, i) => [
      (value / 20) * (width ?? 0),
      ((i + 1) / 4) * (height ?? 0),
    ]);
    for (const [i, [x, y]] of steps.entries()) {
      expect(x).toBeCloseTo(expected[i]?.[0] ?? NaN, 1);
      expect(y).toBeCloseTo(expected[i]?.[1] ?? NaN, 1);
    }
    expect(steps).toHaveLength(4);
  });
});

it("ends axes at round numbers", () => {
  expect([0, 0.03, 0.1, 0.11, 0.24, 0.3, 0.7, 1, 4.2, 26].map(niceTop)).toEqual([
    1, 0.05, 0.1, 0.2, 0.25, 0.5, 1, 1, 5, 50,
  ]);
});
