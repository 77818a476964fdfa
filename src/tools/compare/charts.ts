/** Plots of the report as SVG. Colors are custom properties of the page, so they follow its theme. */
import { escapeHtml } from "./escape.ts";

export interface Series {
  readonly name: string;
  /** CSS class of its elements. */
  readonly className: "generated" | "reference";
  /** One value per bin. */
  readonly values: readonly number[];
}

const WIDTH = 640;
const HEIGHT = 220;
const MARGIN = { top: 10, right: 10, bottom: 44, left: 44 };
/** Limits on horizontal labels: their number, and their characters in total. Beyond the second one, labels are rotated. */
const MAX_LABELS = 17;
const MAX_CHARACTERS = 90;
/** Fraction of a bin's width that its bars fill. */
const FILLED = 0.84;

const plotWidth = WIDTH - MARGIN.left - MARGIN.right;
const plotHeight = HEIGHT - MARGIN.top - MARGIN.bottom;

/**
 * Bar chart with one group of bars per bin.
 *
 * @param bins one label per bin.
 * @param series shares, 0 to 1, one per bin.
 */
export function barChart(title: string, bins: readonly string[], series: readonly Series[]): string {
  const top = niceTop(Math.max(...series.flatMap(({ values }) => values), 0));
  const binWidth = plotWidth / bins.length;
  const barWidth = (binWidth * FILLED) / series.length;
  const bars = series.map(({ name, className, values }, index) => {
    const marks = values.map((value, bin) => {
      const height = (value / top) * plotHeight;
      const x = MARGIN.left + binWidth * bin + (binWidth * (1 - FILLED)) / 2 + barWidth * index;
      const label = `${name}, ${bins[bin] ?? ""}: ${percent(value)}`;
      return (
        `<rect x="${round(x)}" y="${round(MARGIN.top + plotHeight - height)}" width="${round(barWidth)}" ` +
        `height="${round(height)}"><title>${escapeHtml(label)}</title></rect>`
      );
    });
    return `<g class="${className}">${marks.join("")}</g>`;
  });
  const every = Math.ceil(bins.length / MAX_LABELS);
  const shown = [...bins.entries()].filter(([bin]) => bin % every === 0);
  const isSlanted =
    shown.reduce((most, [, label]) => Math.max(most, label.length), 0) * shown.length > MAX_CHARACTERS;
  const labels = shown.map(([bin, label]) => xLabel(MARGIN.left + binWidth * (bin + 0.5), label, isSlanted));
  return svg(title, [...yAxis(top, percent), ...bars, ...labels]);
}

/**
 * Empirical cumulative distribution: the share of values that are at most x, one line per series.
 *
 * @param series values in any order.
 */
export function cumulativeChart(title: string, series: readonly Series[]): string {
  const right = Math.max(...series.flatMap(({ values }) => values), 1);
  const x = (value: number): number => MARGIN.left + (value / right) * plotWidth;
  const y = (share: number): number => MARGIN.top + (1 - share) * plotHeight;
  const lines = series.map(({ name, className, values }) => {
    const sorted = [...values].sort((a, b) => a - b);
    const points = sorted.map((value, i) => `H${round(x(value))}V${round(y((i + 1) / sorted.length))}`);
    const path = `M${x(0)} ${y(0)}${points.join("")}H${round(x(right))}`;
    return `<path class="${className} line" d="${path}"><title>${escapeHtml(name)}</title></path>`;
  });
  const step = niceTop(right / 8);
  const ticks = Array.from({ length: Math.floor(right / step) + 1 }, (_, i) =>
    xLabel(x(i * step), String(i * step), false),
  );
  return svg(title, [...yAxis(1, percent), ...lines, ...ticks]);
}

/** The smallest of 1, 2, 2.5, 5, 10 … times a power of ten that is at least `value`; 1 for 0. */
export function niceTop(value: number): number {
  if (value <= 0) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  const factor = [1, 2, 2.5, 5, 10].find((candidate) => candidate * power >= value * (1 - 1e-9)) ?? 10;
  return Number((factor * power).toPrecision(6));
}

function yAxis(top: number, text: (value: number) => string): string[] {
  return [0, 0.25, 0.5, 0.75, 1].map((share) => {
    const y = round(MARGIN.top + (1 - share) * plotHeight);
    return (
      `<line class="grid" x1="${MARGIN.left}" x2="${WIDTH - MARGIN.right}" y1="${y}" y2="${y}"/>` +
      `<text x="${MARGIN.left - 6}" y="${y}" text-anchor="end" dominant-baseline="middle">${text(top * share)}</text>`
    );
  });
}

function xLabel(x: number, label: string, isSlanted: boolean): string {
  const y = MARGIN.top + plotHeight + 14;
  const turn = isSlanted
    ? ` text-anchor="end" transform="rotate(-35 ${round(x)} ${y})"`
    : ' text-anchor="middle"';
  return `<text x="${round(x)}" y="${y}"${turn}>${escapeHtml(label)}</text>`;
}

function svg(title: string, parts: readonly string[]): string {
  return (
    `<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${escapeHtml(title)}">` +
    `${parts.join("")}</svg>`
  );
}

function percent(share: number): string {
  return `${Number((100 * share).toPrecision(3))} %`;
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
