/** Formats the candidates of a token as lines of text with bars. */
import { escapeControls } from "../tools/control-characters.ts";
import type { TextStep } from "../text/index.ts";

const BAR_WIDTH = 30;

/** Eighths of a block, from none to seven. */
const EIGHTHS = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"] as const;

/**
 * The candidates, most probable first; the generated token is marked.
 *
 * @param text of the generated token, for the case that it is not a candidate.
 */
export function candidateLines(step: TextStep, text: string): string[] {
  const { id, candidates = [] } = step;
  const known = candidates.find((candidate) => candidate.id === id);
  const width = candidates.reduce((widest, each) => Math.max(widest, shownToken(each.text).length), 0);
  const lines = candidates.map((candidate, index) => {
    const mark = candidate.id === id ? "→" : " ";
    return `${mark} ${candidateLine(index + 1, candidate.text, candidate.probability, width)}`;
  });
  if (known) return ["", ...lines];
  const probability = Math.exp(step.logProbability ?? -Infinity);
  return ["", ...lines, `→ ${candidateLine("…", text, probability, width)}`];
}

/** One candidate: its number or another label, its text, its probability as a bar and in percent. */
export function candidateLine(
  label: number | string,
  text: string,
  probability: number,
  width: number,
): string {
  return candidateRow(label, shownToken(text), probability, width);
}

/** The same with a text that is shown as it is. */
export function candidateRow(
  label: number | string,
  shown: string,
  probability: number,
  width: number,
): string {
  const percent = `${(100 * probability).toFixed(1)} %`.padStart(7);
  return `${String(label).padStart(2)}  ${shown.padEnd(width)}  ${percent}  ${bar(probability)}`.trimEnd();
}

/** The text of a token with visible spaces, line ends and control characters. */
export function shownToken(text: string): string {
  return escapeControls(JSON.stringify(text));
}

/** @param share fraction, 0–1. */
export function bar(share: number): string {
  const eighths = Math.round(share * BAR_WIDTH * 8);
  return "█".repeat(eighths >> 3) + (EIGHTHS[eighths & 7] ?? "");
}
