// @ts-check
/**
 * Writes docs/benchmarks.md from the CSV files of this folder: `node bench/results/page.mjs`; with `--print`, to stdout.
 * Each row of a file is one measurement:
 * bench,case,implementation,measure,median,unit,machine,date,command. `machine` is a name in machines.csv.
 */
import { readFileSync, writeFileSync } from "node:fs";

/** @typedef {Record<string, string>} Row by column name */

/** Order of the page: file and heading. */
const SECTIONS = [
  { file: "engine", heading: "Engine" },
  { file: "page", heading: "Page" },
  { file: "encoding", heading: "Encoder" },
  { file: "encoding-accuracy", heading: "Accuracy of the encoder" },
  { file: "precision", heading: "Precision" },
];

const INTRODUCTION = `# Benchmarks

Each table is one run on one machine. Values are medians unless their column says otherwise; several values in a cell are
several runs. "Past 512" means that 512 ids are in the cache. The memory floor is the time to read the weights and the cache
once, at the memory bandwidth measured in the same run. "Other load" is the share of the machine that other programs used.
[bench/README.md](../bench/README.md) explains how to run the benchmarks.

This page is made from the CSV files in [bench/results/](../bench/results). To change it, add rows there and run
\`node bench/results/page.mjs\`.

## Machines
`;

const machines = readRows(new URL("machines.csv", import.meta.url)).map((row) => [
  row.name ?? "",
  row.description ?? "",
]);
const sections = SECTIONS.map(({ file, heading }) => {
  const rows = readRows(new URL(`${file}.csv`, import.meta.url));
  const tables = [...groupBy(rows, (row) => row.case ?? "").values()].map(tableOf);
  return [`## ${heading}\n`, ...tables].join("\n");
});
const page =
  [INTRODUCTION, ...markdownTable([["machine", "description"], ...machines], false), "", ...sections]
    .join("\n")
    .trimEnd() + "\n";
if (process.argv.includes("--print")) process.stdout.write(page);
else writeFileSync(new URL("../../docs/benchmarks.md", import.meta.url), page);

/** @param {URL} file @returns {Row[]} */
function readRows(file) {
  const [header = "", ...lines] = readFileSync(file, "utf8").trimEnd().split("\n");
  const names = header.split(",");
  return lines.map((line) => {
    const cells = cellsOf(line);
    if (cells.length !== names.length)
      throw new Error(`${file.pathname}: ${names.length} cells expected: ${line}`);
    return Object.fromEntries(names.map((name, i) => [name, cells[i] ?? ""]));
  });
}

/** RFC 4180, without line ends in cells. @param {string} line */
function cellsOf(line) {
  return [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(
    ([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain ?? "",
  );
}

/** A table with a row for each implementation; if most cells would be empty, with a row for each measurement. @param {Row[]} rows of one case */
function tableOf(rows) {
  const [first = {}] = rows;
  const columnOf = (/** @type {Row} */ row) => `${row.measure}, ${row.unit}`;
  const columns = [...new Set(rows.map(columnOf))];
  const implementations = groupBy(rows, (row) => row.implementation ?? "");
  const isSparse = rows.length * 2 < columns.length * implementations.size;
  const cells = isSparse
    ? [
        ["", "measure", "median"],
        ...rows.map((row) => [row.implementation ?? "", columnOf(row), row.median ?? ""]),
      ]
    : [
        ["", ...columns],
        ...[...implementations].map(([name, own]) => [
          name,
          ...columns.map((column) => own.find((row) => columnOf(row) === column)?.median ?? ""),
        ]),
      ];
  const source = `${first.date}, machine ${first.machine}, \`bench/${first.bench}\`: \`${first.command}\``;
  return [`### ${first.case}\n`, `${source}\n`, ...markdownTable(cells, !isSparse), ""].join("\n");
}

/** A table aligned as by oxfmt. @param {string[][]} cells @param {boolean} numbers whether all columns but the first are right-aligned */
function markdownTable(cells, numbers) {
  const widths = (cells[0] ?? []).map((_, i) => Math.max(3, ...cells.map((row) => row[i]?.length ?? 0)));
  const toRight = (/** @type {number} */ i) => numbers && i > 0;
  const [header = "", ...body] = cells.map((row) => {
    const padded = widths.map((width, i) =>
      toRight(i) ? (row[i] ?? "").padStart(width) : (row[i] ?? "").padEnd(width),
    );
    return `| ${padded.join(" | ")} |`;
  });
  const rule = widths.map((width, i) => (toRight(i) ? `${"-".repeat(width - 1)}:` : "-".repeat(width)));
  return [header, `| ${rule.join(" | ")} |`, ...body];
}

/** @template T @param {T[]} items @param {(item: T) => string} keyOf @returns {Map<string, T[]>} */
function groupBy(items, keyOf) {
  /** @type {Map<string, T[]>} */
  const groups = new Map();
  for (const item of items) {
    const key = keyOf(item);
    groups.set(key, [...(groups.get(key) ?? []), item]);
  }
  return groups;
}
