import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

const root = fileURLToPath(new URL("../../../", import.meta.url));
const names = readdirSync(`${root}bench/results`).filter((name) => name.endsWith(".csv"));

it("docs/benchmarks.md is what bench/results/page.mjs makes of the results", () => {
  const made = execFileSync(process.execPath, ["bench/results/page.mjs", "--print"], {
    cwd: root,
    encoding: "utf8",
  });
  expect(readFileSync(`${root}docs/benchmarks.md`, "utf8")).toBe(made);
});

it.each(names.filter((name) => name !== "machines.csv"))(
  "%s names a known machine, a date and a command in every row",
  (name) => {
    const [header, ...rows] = readFileSync(`${root}bench/results/${name}`, "utf8").trimEnd().split("\n");
    expect(header).toBe("bench,case,implementation,measure,median,unit,machine,date,command");
    expect(
      rows.filter((row) => !/,(avx512|no-avx512|virtual|unrecorded),20\d\d-\d\d-\d\d,.+$/.test(row)),
    ).toEqual([]);
  },
);
