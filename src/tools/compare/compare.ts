/** Comparison of generated with reference music: all measurements of `ostinato compare`, from notes only. */
import { STEPS_PER_SECOND } from "../../../encoding/index.ts";
import { DISTRIBUTIONS, type Distribution } from "./distributions.ts";
import { splitHalfBaseline, type SplitHalfResult, SPLITS } from "./split-half.ts";
import { addCounts, type Counts, divergence, overlap, quantile } from "./histogram.ts";
import type { SharedRun, TrainingIndex } from "./memorization.ts";
import { repetitionShare, RUN_LENGTHS } from "./repetition.ts";
import type { Window } from "./windows.ts";

/** The windows of one piece. */
export type Piece = readonly Window[];

export interface DistributionResult {
  readonly name: string;
  readonly counts: string;
  readonly bins: readonly string[];
  readonly generated: readonly number[];
  readonly reference: readonly number[];
  /** Overlapping area of generated and reference, 0 to 1. */
  readonly overlap: number;
  /** Kullback–Leibler divergence of generated from reference, in nats. */
  readonly divergence: number;
  /** Split-half baseline of the reference; absent where it has a single piece. */
  readonly splitHalf?: SplitHalfResult;
  /** `overlap` divided by that of `splitHalf`. */
  readonly ratio?: number;
}

/** Median, 5th and 95th percentile of one value per window. */
export interface Spread {
  readonly p5: number;
  readonly median: number;
  readonly p95: number;
}

export interface RepetitionResult {
  /** Length in notes. */
  readonly length: number;
  readonly generated: Spread;
  readonly reference: Spread;
}

export interface LongestRun extends SharedRun {
  readonly source: string;
  /** Start of the run in the piece, in seconds from its first note. */
  readonly startSeconds: number;
}

export interface SharedRunResult extends Spread {
  readonly p99: number;
  readonly max: number;
  /** Longest shared run of each window, in notes. */
  readonly runs: readonly number[];
  /** The windows with the longest runs, longest first. */
  readonly longest: readonly LongestRun[];
}

export interface SetSummary {
  readonly pieces: number;
  readonly windows: number;
  readonly notes: number;
  readonly seconds: number;
}

export interface Comparison {
  readonly generated: SetSummary;
  readonly reference: SetSummary;
  readonly splits: number;
  readonly distributions: readonly DistributionResult[];
  readonly repetition: readonly RepetitionResult[];
}

/** Number of the longest shared runs in the report. */
const LISTED_RUNS = 10;

/** Compares distributions and repetition. Both sides need at least one piece. */
export function compareMusic(
  generated: readonly Piece[],
  reference: readonly Piece[],
  distributions: readonly Distribution[] = DISTRIBUTIONS,
): Comparison {
  return {
    generated: describe(generated),
    reference: describe(reference),
    splits: SPLITS,
    distributions: distributions.map((distribution) =>
      compareDistribution(distribution, generated, reference),
    ),
    repetition: RUN_LENGTHS.map((length) => {
      const shares = (pieces: readonly Piece[]): Spread =>
        spread(pieces.flat().map((window) => repetitionShare(window, length)));
      return { length, generated: shares(generated), reference: shares(reference) };
    }),
  };
}

/** Finds the longest run of each window that also occurs in training pieces; `onWindow` receives the number of finished windows. */
export function findSharedRuns(
  pieces: readonly Piece[],
  training: TrainingIndex,
  onWindow: (done: number) => void,
): SharedRunResult {
  const longest: LongestRun[] = [];
  for (const { source, fromStep, notes } of pieces.flat()) {
    const run = training.longestSharedRun(notes);
    const startStep = fromStep + notes[run.at]!.startStep;
    longest.push({ ...run, source, startSeconds: startStep / STEPS_PER_SECOND });
    onWindow(longest.length);
  }
  const runs = longest.map((run) => run.notes);
  return {
    ...spread(runs),
    p99: quantile(runs, 0.99),
    max: runs.reduce((most, run) => Math.max(most, run), 0),
    runs,
    longest: longest.sort((a, b) => b.notes - a.notes).slice(0, LISTED_RUNS),
  };
}

function describe(pieces: readonly Piece[]): SetSummary {
  const windows = pieces.flat();
  return {
    pieces: pieces.length,
    windows: windows.length,
    notes: windows.reduce((total, { notes }) => total + notes.length, 0),
    seconds: windows.reduce((total, { steps }) => total + steps, 0) / STEPS_PER_SECOND,
  };
}

function compareDistribution(
  { name, counts, bins, count }: Distribution,
  generated: readonly Piece[],
  reference: readonly Piece[],
): DistributionResult {
  const countsOf = (piece: Piece): Counts => addCounts(piece.map(count), bins.length);
  const referencePieces = reference.map(countsOf);
  const generatedCounts = addCounts(generated.map(countsOf), bins.length);
  const referenceCounts = addCounts(referencePieces, bins.length);
  const result = {
    name,
    counts,
    bins,
    generated: [...generatedCounts],
    reference: [...referenceCounts],
    overlap: overlap(generatedCounts, referenceCounts),
    divergence: divergence(referenceCounts, generatedCounts),
  };
  if (reference.length < 2) return result;
  const splitHalf = splitHalfBaseline(referencePieces, bins.length);
  return { ...result, splitHalf, ratio: result.overlap / splitHalf.overlap };
}

function spread(values: readonly number[]): Spread {
  return { p5: quantile(values, 0.05), median: quantile(values, 0.5), p95: quantile(values, 0.95) };
}
