/** The report of a comparison: one self-contained HTML page. */
import { barChart, cumulativeChart, type Series } from "./charts.ts";
import type {
  Comparison,
  DistributionResult,
  LongestRun,
  SharedRunResult,
  SetSummary,
  Spread,
} from "./compare.ts";
import { escapeHtml } from "./escape.ts";
import { DIVERGENCE_PRIOR } from "./histogram.ts";
import type { LegalityCount } from "./legality.ts";

/** Contents of the JSON file next to the report. */
export interface ComparisonReport extends Comparison {
  readonly version: 1;
  /** Source of the generated music: a folder, or a model with its options. */
  readonly generatedFrom: string;
  readonly referenceFrom: string;
  readonly windowSeconds: number;
  /** For ids sampled with the mask off, and for the ids of the reference. */
  readonly illegal?: LegalityCount & {
    readonly generations: number;
    readonly share: number;
    readonly reference: LegalityCount & { readonly share: number };
  };
  readonly memorization?: {
    readonly train: string;
    readonly trainPieces: number;
    readonly trainNotes: number;
    readonly matchCriterion: string;
    readonly generated: SharedRunResult;
    readonly reference: SharedRunResult;
  };
  /** Omitted files, each with the reason. */
  readonly skipped: readonly { readonly path: string; readonly reason: string }[];
  /** Duration of the comparison, generation included. */
  readonly wallSeconds: number;
}

/** Target: the overlap divided by that of the split-half baseline. */
export const TARGET_RATIO = 0.9;

/** Renders the report. */
export function renderReport(report: ComparisonReport): string {
  const title = "Comparison of generated with reference music";
  return [
    `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${title}</title>`,
    `<meta name="viewport" content="width=device-width, initial-scale=1"><style>${STYLE}</style></head><body>`,
    `<h1>${title}</h1>`,
    table(
      ["", "from", "pieces", `windows of ${report.windowSeconds} s`, "notes", "minutes"],
      [
        [key("generated"), ...setRow(report.generatedFrom, report.generated)],
        [key("reference"), ...setRow(report.referenceFrom, report.reference)],
      ],
    ),
    distributionSection(report),
    ...report.distributions.map(distributionFigure),
    repetitionSection(report),
    illegalSection(report),
    memorizationSection(report),
    skippedSection(report),
    `<p class="small">Took ${report.wallSeconds.toFixed(0)} s. Written by <code>ostinato compare</code>.</p></body></html>`,
  ].join("\n");
}

function distributionSection({ distributions, splits }: ComparisonReport): string {
  const rows = distributions.map(({ name, overlap, divergence, splitHalf, ratio }) => [
    escapeHtml(name),
    overlap.toFixed(3),
    splitHalf ? splitHalf.overlap.toFixed(3) : "–",
    ratio === undefined
      ? "–"
      : `<span class="${ratio >= TARGET_RATIO ? "met" : "missed"}">${ratio.toFixed(3)}</span>`,
    divergence.toFixed(3),
    splitHalf ? splitHalf.divergence.toFixed(3) : "–",
  ]);
  return (
    `<h2>Distributions</h2><p>Overlap is the area common to two distributions: 1 for identical ones. The baseline is the overlap ` +
    `of two random halves of the reference's pieces (mean of ${splits} splits); the target is a ratio of at least ` +
    `${TARGET_RATIO}. The Kullback–Leibler divergence of the generated from the reference music is in nats, with ` +
    `${DIVERGENCE_PRIOR} added to every bin; less is better.</p>` +
    table(["distribution", "overlap", "halves", "ratio", "divergence", "halves"], rows)
  );
}

function distributionFigure({
  name,
  counts,
  bins,
  generated,
  reference,
  overlap,
}: DistributionResult): string {
  const title = `${name}: overlap ${overlap.toFixed(3)}`;
  return (
    `<figure>${barChart(title, bins, bothSeries(toShares(generated), toShares(reference)))}` +
    `<figcaption><b>${escapeHtml(name)}</b> — ${escapeHtml(counts)}. ${legend()}</figcaption></figure>`
  );
}

function repetitionSection({ repetition }: ComparisonReport): string {
  const rows = repetition.map(({ length, generated, reference }) => [
    String(length),
    spreadText(generated, percentText),
    spreadText(reference, percentText),
  ]);
  return (
    `<h2>Repetition</h2><p>Share of a window's runs of notes that occur earlier in the window, transposed or not: median of ` +
    `the windows (5th to 95th percentile).</p>` +
    table(["notes per run", key("generated"), key("reference")], rows)
  );
}

function illegalSection({ illegal }: ComparisonReport): string {
  if (!illegal) return "";
  return (
    `<h2>Illegal choices</h2><p>Without the grammar's mask, ${illegal.illegal} of ${illegal.ids} ids ` +
    `(<b>${percentText(illegal.share)}</b>) in ${illegal.generations} generation(s) were forbidden by the grammar. ` +
    `With the mask, which is the default, there are none. In the reference the grammar forbids ` +
    `${percentText(illegal.reference.share)}: real music has second note-ons of sounding keys.</p>`
  );
}

function memorizationSection({ memorization }: ComparisonReport): string {
  if (!memorization) return "";
  const { generated, reference, train, trainPieces, trainNotes, matchCriterion } = memorization;
  const row = (run: SharedRunResult): string[] =>
    [run.p5, run.median, run.p95, run.p99, run.max].map((value) => String(Math.round(value * 10) / 10));
  const runs = ({ longest }: SharedRunResult): string[][] =>
    longest.map((run) => [
      String(run.notes),
      escapeHtml(`${run.source} at ${clock(run.startSeconds)}`),
      foundText(run),
    ]);
  return [
    `<h2>Memorization</h2><p>The longest run of notes of each window that also occurs in a training piece ` +
      `(${trainPieces} pieces, ${trainNotes} notes in <code>${escapeHtml(train)}</code>). The baseline is the reference, which ` +
      `is not part of the training pieces. ${escapeHtml(matchCriterion)}</p>`,
    table(
      ["notes", "5th percentile", "median", "95th", "99th", "longest"],
      [
        [key("generated"), ...row(generated)],
        [key("reference"), ...row(reference)],
      ],
    ),
    `<figure>${cumulativeChart("Longest shared run", bothSeries(generated.runs, reference.runs))}` +
      `<figcaption>Share of windows by the length of their longest shared run: at most x notes. ${legend()}</figcaption></figure>`,
    `<h3>Longest runs in the generated music</h3>`,
    table(["notes", "window", "training piece"], runs(generated)),
    `<h3>Longest runs in the reference</h3>`,
    table(["notes", "window", "training piece"], runs(reference)),
  ].join("\n");
}

function skippedSection({ skipped }: ComparisonReport): string {
  if (skipped.length === 0) return "";
  const items = skipped.map(
    ({ path, reason }) => `<li><code>${escapeHtml(path)}</code>: ${escapeHtml(reason)}</li>`,
  );
  return `<h2>Omitted files</h2><ul>${items.join("")}</ul>`;
}

function setRow(from: string, { pieces, windows, notes, seconds }: SetSummary): string[] {
  return [
    `<code>${escapeHtml(from)}</code>`,
    ...[pieces, windows, notes].map(String),
    (seconds / 60).toFixed(1),
  ];
}

function foundText({ found }: LongestRun): string {
  return found ? escapeHtml(`${found.path} at ${clock(found.startSeconds)}`) : "–";
}

function bothSeries(generated: readonly number[], reference: readonly number[]): Series[] {
  return [
    { name: "generated", className: "generated", values: generated },
    { name: "reference", className: "reference", values: reference },
  ];
}

function toShares(counts: readonly number[]): number[] {
  const total = counts.reduce((sum, count) => sum + count, 0);
  return counts.map((count) => (total > 0 ? count / total : 0));
}

/** @param rows cells in HTML. */
function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const cells = (row: readonly string[], tag: string): string =>
    `<tr>${row.map((cell) => `<${tag}>${cell}</${tag}>`).join("")}</tr>`;
  return `<table><thead>${cells(head, "th")}</thead><tbody>${rows.map((row) => cells(row, "td")).join("")}</tbody></table>`;
}

function key(name: "generated" | "reference"): string {
  return `<span class="key ${name}"></span>${name}`;
}

function legend(): string {
  return `${key("generated")} ${key("reference")}`;
}

function spreadText({ p5, median, p95 }: Spread, text: (value: number) => string): string {
  return `${text(median)} (${text(p5)} to ${text(p95)})`;
}

function percentText(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

/** Formats a time as minutes and seconds. */
function clock(seconds: number): string {
  const whole = Math.floor(seconds);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}

const STYLE = `
:root { color-scheme: light dark; --generated: #d1495b; --reference: #00798c; --line: #8885; }
body { font: 15px/1.5 system-ui, sans-serif; max-width: 46rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.2rem; margin-top: 2.5rem; } h3 { font-size: 1rem; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { text-align: left; padding: .25rem .6rem .25rem 0; border-bottom: 1px solid var(--line); vertical-align: top; }
td { overflow-wrap: anywhere; }
figure { margin: 1.5rem 0; } figcaption, .small { font-size: .85rem; opacity: .85; }
svg { width: 100%; height: auto; font-size: 10px; } svg text { fill: currentColor; }
.grid { stroke: var(--line); } .line { fill: none; stroke-width: 2; }
g.generated { fill: var(--generated); } g.reference { fill: var(--reference); }
.line.generated { stroke: var(--generated); } .line.reference { stroke: var(--reference); }
.key { display: inline-block; width: .8em; height: .8em; margin-right: .35em; border-radius: 2px; }
.key.generated { background: var(--generated); } .key.reference { background: var(--reference); }
.met::after { content: " ✓"; } .missed::after { content: " ✗"; }
`;
