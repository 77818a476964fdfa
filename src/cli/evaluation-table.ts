/** The results of `ostinato evaluate`, as a table or as JSON. */
import {
  type BandPieceScore,
  type BandScoreSummary,
  type PieceScore,
  type ScoreSummary,
  summarize,
  summarizeBand,
} from "../tools/evaluate/index.ts";
import type { Console } from "./console.ts";

/** A scored file. */
export interface FileScore<Piece> {
  readonly path: string;
  readonly piece: Piece;
}

interface Column<Summary> {
  readonly title: string;
  readonly cell: (summary: Summary) => string;
}

/** How pieces are summed up and shown. */
interface EvaluationTable<Piece, Summary extends object> {
  readonly summarize: (pieces: readonly Piece[]) => Summary;
  readonly columns: readonly Column<Summary>[];
}

type PianoTable = EvaluationTable<PieceScore, ScoreSummary>;
type BandTable = EvaluationTable<BandPieceScore, BandScoreSummary>;

const COMMON: readonly Column<ScoreSummary>[] = [
  { title: "perplexity", cell: ({ perplexity }) => perplexity.toFixed(2) },
  { title: "nats/note", cell: ({ nllPerNote }) => nllPerNote.toFixed(2) },
  { title: "nats/second", cell: ({ nllPerSecond }) => nllPerSecond.toFixed(1) },
  { title: "    ids", cell: ({ ids }) => String(ids) },
];
const PER_ID: Column<ScoreSummary> = { title: "nats/id", cell: ({ nllPerId }) => nllPerId.toFixed(4) };

export const PIANO_TABLE: PianoTable = { summarize, columns: [PER_ID, ...COMMON] };

/** With the likelihood of each position of a triple. */
export const BAND_TABLE: BandTable = {
  summarize: summarizeBand,
  columns: [
    PER_ID,
    { title: "  onset", cell: ({ nllPerSlot }) => nllPerSlot.onset.toFixed(4) },
    { title: "duration", cell: ({ nllPerSlot }) => nllPerSlot.duration.toFixed(4) },
    { title: "   note", cell: ({ nllPerSlot }) => nllPerSlot.note.toFixed(4) },
    ...COMMON,
  ],
};

export function showScores<Piece, Summary extends object>(
  files: readonly FileScore<Piece>[],
  table: EvaluationTable<Piece, Summary>,
  json: boolean,
  console: Console,
): void {
  const all = table.summarize(files.map(({ piece }) => piece));
  const each = files.map(({ path, piece }) => ({ path, summary: table.summarize([piece]) }));
  if (json) {
    console.result({ ...all, files: each.map(({ path, summary }) => ({ path, ...summary })) });
    return;
  }
  const row = (summary: Summary, name: string): string =>
    [...table.columns.map(({ title, cell }) => cell(summary).padStart(title.length)), name].join("  ");
  console.line(table.columns.map(({ title }) => title).join("  "));
  for (const { path, summary } of each) console.line(row(summary, path));
  if (files.length > 1) console.line(row(all, `all ${files.length} files`));
}
