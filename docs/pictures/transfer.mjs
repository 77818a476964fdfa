/** Draws the picture of docs/recipes/transfer.md from the results in transfer.json; part of `npm run docs`. */
import { readFileSync } from "node:fs";
import { ACCENT, FAINT, INK, NOTE, save, svg, text } from "./svg.mjs";

/** Runs: pairs, start ("scratch" or "text"), seed, and per language exact matches and character errors in percent. */
const { runs } = JSON.parse(readFileSync(new URL("transfer.json", import.meta.url), "utf8"));
const sizes = [...new Set(runs.map(({ pairs }) => pairs))].sort((a, b) => a - b);
const STARTS = [
  { start: "text", label: "plays and Alice first", color: ACCENT },
  { start: "scratch", label: "from scratch", color: NOTE },
];
const WIDTH = 270;
const HEIGHT = 200;
const LEFT = 44;
const TOP = 34;

const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;
const valueOf = (run, measure) => mean(Object.values(run[measure]));

save(
  "transfer",
  svg(2 * (WIDTH + LEFT) + 40, TOP + HEIGHT + 70, [
    ...panel(0, "exact", "exact matches, %"),
    ...panel(WIDTH + LEFT + 20, "errors", "character errors, %"),
    ...legend(),
  ]),
);

/** A mark for each run, a line through the means of a start. */
function panel(shift, measure, title) {
  const highest = Math.max(...runs.map((run) => valueOf(run, measure)));
  const step = [0.5, 1, 2, 5, 10, 20, 25].find((each) => highest / each <= 5) ?? 50;
  const top = Math.ceil(highest / step) * step;
  const x = (pairs) => shift + LEFT + 34 + (sizes.indexOf(pairs) * (WIDTH - 68)) / (sizes.length - 1);
  const y = (value) => TOP + HEIGHT * (1 - value / top);
  const lines = Array.from({ length: Math.round(top / step) + 1 }, (_, index) => index * step).flatMap(
    (value) => [
      `<line x1="${shift + LEFT}" x2="${shift + LEFT + WIDTH}" y1="${y(value)}" y2="${y(value)}" stroke="${FAINT}"/>`,
      text(shift + LEFT - 6, y(value) + 4, value, `text-anchor="end"`),
    ],
  );
  const marks = STARTS.flatMap(({ start, color }) => {
    const of = (pairs) => runs.filter((run) => run.start === start && run.pairs === pairs);
    const means = sizes.map(
      (pairs) => `${x(pairs)},${y(mean(of(pairs).map((run) => valueOf(run, measure)))).toFixed(1)}`,
    );
    return [
      `<polyline points="${means.join(" ")}" fill="none" stroke="${color}" stroke-width="2"/>`,
      ...sizes.flatMap((pairs) =>
        of(pairs).map(
          (run) =>
            `<circle cx="${x(pairs)}" cy="${y(valueOf(run, measure)).toFixed(1)}" r="3.5" fill="${color}"/>`,
        ),
      ),
    ];
  });
  const bottom = TOP + HEIGHT;
  return [
    text(shift + LEFT, TOP - 14, title, `font-weight="bold" fill="${INK}"`),
    ...lines,
    ...sizes.map((pairs) => text(x(pairs), bottom + 16, pairs.toLocaleString("en"), `text-anchor="middle"`)),
    text(shift + LEFT + WIDTH / 2, bottom + 32, "pairs to learn from", `text-anchor="middle"`),
    ...marks,
  ];
}

function legend() {
  const y = TOP + HEIGHT + 54;
  return STARTS.flatMap(({ label, color }, index) => {
    const x = LEFT + 10 + index * 160;
    return [`<circle cx="${x}" cy="${y - 4}" r="3.5" fill="${color}"/>`, text(x + 10, y, label)];
  });
}
