import { expect, it } from "vitest";
import { compareMusic } from "../../../src/tools/compare/compare.ts";
import { summaryLines } from "../../../src/tools/compare/summary.ts";
import { cutWindows } from "../../../src/tools/compare/windows.ts";
import { grid } from "./notes.ts";

it("has a line for each distribution and marks those below the target", () => {
  const low = [1, 2].map((i) => cutWindows(`low ${i}`, grid([36, 0], [38, 20], [36, 40]), 10));
  const high = [cutWindows("high", grid([97, 0], [99, 20], [97, 40]), 10)];
  const rest = {
    version: 1,
    generatedFrom: "",
    referenceFrom: "",
    windowSeconds: 10,
    skipped: [],
    wallSeconds: 1,
  } as const;
  const lines = summaryLines({ ...rest, ...compareMusic(high, low) });
  expect(lines).toHaveLength(7);
  expect(lines[0]).toMatch(
    /^pitch class +overlap 0\.000 \(halves of the reference 1\.000, ratio 0\.000 < 0\.9\)/,
  );
  expect(lines[1]).toMatch(
    /^interval +overlap 1\.000 \(halves of the reference 1\.000, ratio 1\.000\), divergence 0\.\d+ nats$/,
  );
  const few = { p5: 1, median: 2, p95: 3, p99: 4.26, max: 5 };
  const memorization = {
    train: "train/",
    trainPieces: 1,
    trainNotes: 10,
    matchCriterion: "",
    generated: { ...few, runs: [], longest: [] },
    reference: { ...few, p99: 11.5, max: 31, runs: [], longest: [] },
  };
  const withRuns = summaryLines({ ...rest, ...compareMusic(high, low), memorization });
  expect(withRuns).toHaveLength(8);
  expect(withRuns.at(-1)).toBe(
    "longest run shared with training, 99th percentile: 4.3 notes (reference 11.5), longest 5 (31)",
  );
});
