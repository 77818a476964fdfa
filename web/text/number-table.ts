/** One head's numbers as a table: scores and mask, softmax, values and their sum. */
import { byId, element } from "../elements.ts";
import { numberRows, weightedSum } from "./head-numbers.ts";
import type { HeadTable, Token } from "./protocol.ts";

/** Number of shown elements of a value vector. */
const VALUES = 6;

export function showHeadNumbers(table: HeadTable, tokens: readonly Token[]): void {
  const rows = numberRows(table);
  const names = rows.map(({ position }) => JSON.stringify(tokens[position]?.text ?? "").slice(1, -1));
  const shownValues = Math.min(VALUES, table.headSize);
  byId("numbers-caption", HTMLElement).textContent =
    "Each row is the query of one token. Left: its attention scores, relative to the highest, with later tokens masked. " +
    "Middle: their softmax. Right: the value vector of each token; below, their sum with the weights of the last row. " +
    `The table shows ${shownValues} of ${table.headSize} numbers.`;
  const head = element("tr");
  head.append(
    element("th", { scope: "col" }, "score"),
    ...names.map((name) => element("th", { scope: "col" }, name)),
    element("th", { scope: "col", class: "first" }, "softmax, earlier"),
    ...names.map((name) => element("th", { scope: "col" }, name)),
    ...Array.from({ length: shownValues }, (_, column) =>
      element("th", { scope: "col", ...firstOf(column) }, `v${column + 1}`),
    ),
  );
  const body = rows.map(({ scores, weights, earlier }, index) => {
    const row = element("tr");
    row.append(
      element("th", { scope: "row" }, names[index] ?? ""),
      ...scores.map((score) =>
        score === undefined
          ? element("td", { class: "hidden-ahead" }, "−∞")
          : element("td", {}, score.toFixed(2)),
      ),
      element("td", { class: "first" }, earlier.toFixed(2)),
      ...weights.map((weight) => element("td", {}, weight.toFixed(2))),
      ...valueOf(table, index, rows.length, shownValues).map((value, column) =>
        element("td", firstOf(column), value.toFixed(2)),
      ),
    );
    return row;
  });
  const sum = element("tr");
  sum.append(element("th", { scope: "row" }, "sum of values"));
  sum.append(element("td", { colspan: String(2 * rows.length + 1) }));
  sum.append(
    ...weightedSum(table)
      .slice(0, shownValues)
      .map((value, column) => element("td", firstOf(column), value.toFixed(2))),
  );
  byId("numbers-table", HTMLTableElement).replaceChildren(head, ...body, sum);
}

/** The first column of a group has a margin. */
function firstOf(column: number): Readonly<Record<string, string>> {
  return column === 0 ? { class: "first" } : {};
}

/** The value vector of a shown token; these are the last ones. */
function valueOf({ values, headSize }: HeadTable, index: number, rows: number, count: number): number[] {
  const at = values.length - (rows - index) * headSize;
  return [...values.subarray(at, at + count)];
}
