import { describe, expect, it } from "vitest";
import { compareMusic, findSharedRuns } from "../../../src/tools/compare/compare.ts";
import { TrainingNotes } from "../../../src/tools/compare/memorization.ts";
import { type ComparisonReport, renderReport } from "../../../src/tools/compare/report.ts";
import { cutWindows } from "../../../src/tools/compare/windows.ts";
import { randomNumbers } from "../../random-numbers.ts";
import { grid } from "./notes.ts";

const random = randomNumbers(4);
const notes = grid(...Array.from({ length: 80 }, (_, i) => [60 + random(24), 25 * i] as const));
const pieces = ["<a>.mid", "b.mid"].map((source) => cutWindows(source, notes, 10));
const training = new TrainingNotes();
training.add("t&t.mid", notes);
const runs = findSharedRuns(pieces, training.index(100), () => undefined);

const whole: ComparisonReport = {
  version: 1,
  generatedFrom: "piano, seeds 1 to 2",
  referenceFrom: "valid",
  windowSeconds: 10,
  ...compareMusic(pieces, pieces),
  illegal: {
    ids: 200,
    illegal: 3,
    generations: 1,
    share: 0.015,
    reference: { ids: 1000, illegal: 2, share: 0.002 },
  },
  memorization: {
    train: "train",
    trainPieces: 1,
    trainNotes: 80,
    matchCriterion: "when alike",
    generated: runs,
    reference: runs,
  },
  skipped: [{ path: "bad.mid", reason: 'expected "MThd"' }],
  wallSeconds: 12.3,
};

describe("renderReport", () => {
  const html = renderReport(whole);

  it("is self-contained", () => {
    expect(html).not.toMatch(/\b(src|href)=/);
    expect(html).not.toMatch(/https?:|url\(|@import|<script/);
  });

  it("has a plot and a row for every distribution, and one plot of runs", () => {
    expect(html.match(/<svg /g)).toHaveLength(whole.distributions.length + 1);
    for (const { name } of whole.distributions) expect(html).toContain(`<td>${name}</td><td>1.000</td>`);
    expect(html).not.toMatch(/NaN|undefined|Infinity/);
  });

  it("closes its tags and escapes names", () => {
    const open: string[] = [];
    for (const [, slash, tag, rest] of html.matchAll(/<(\/?)([a-z0-9]+)([^>]*)>/g)) {
      if (["meta", "rect", "line"].includes(tag ?? "") || rest?.endsWith("/")) continue;
      if (slash) expect(open.pop()).toBe(tag);
      else open.push(tag ?? "");
    }
    expect(open).toEqual([]);
    expect(html).toContain("&lt;a&gt;.mid at 0:00");
    expect(html).toContain("t&amp;t.mid at 0:00");
    expect(html).toContain("expected &quot;MThd&quot;");
  });

  it("has sections for the results it contains only", () => {
    expect(html).toContain("3 of 200 ids (<b>1.5 %</b>)");
    expect(html).toContain("In the reference the grammar forbids 0.2 %");
    expect(html).toContain("when alike");
    const { illegal: _illegal, memorization: _memorization, ...rest } = whole;
    const short = renderReport({ ...rest, skipped: [] });
    for (const heading of ["Illegal choices", "Memorization", "Omitted files"]) {
      expect(html).toContain(heading);
      expect(short).not.toContain(heading);
    }
  });
});
