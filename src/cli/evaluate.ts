import { type Command, Option } from "commander";
import type { Compatibility, Score } from "../../encoding/index.ts";
import { loadBandModel, loadMusicModel } from "../platform/node/index.ts";
import {
  CONTEXTS,
  type EvaluatedTask,
  type PieceScore,
  scoreBandPiece,
  scorePiece,
} from "../tools/evaluate/index.ts";
import type { ScoreOptions } from "../engine/index.ts";
import { requireTask } from "../music/index.ts";
import { Console } from "./console.ts";
import { CommandError, UsageError } from "./errors.ts";
import { evaluateTask } from "./evaluate-task.ts";
import { BAND_TABLE, type FileScore, PIANO_TABLE, showScores } from "./evaluation-table.ts";
import { readScore } from "./files.ts";
import {
  codecOption,
  loadingOptions,
  type ModelCommandOptions,
  modelOption,
  offlineOption,
  revisionOption,
} from "./model-options.ts";
import { interruptSignal } from "./interrupt.ts";
import { requireMusicModel } from "./music-model.ts";
import { compatibilityOption, positiveInteger, precisionOption, seedValue } from "./values.ts";

interface EvaluateCommandOptions extends ModelCommandOptions {
  readonly model: string;
  readonly lenient?: boolean;
  readonly compatibility?: Compatibility;
  readonly task?: EvaluatedTask;
  readonly regions?: number;
  readonly seed?: number;
  readonly quiet?: boolean;
  readonly json?: boolean;
}

export function addEvaluateCommand(program: Command): void {
  program
    .command("evaluate")
    .summary("measure how well a model predicts MIDI files")
    .description(
      "Measures the negative log-likelihood of MIDI files under a model, in nats: lower is better. Each piece is scored " +
        "alone, in blocks of the window that overlap by half. With a model of several instruments, each window is scored " +
        "alone, and onsets, durations and notes also separately. With --task, it measures whether the model uses its input: " +
        "the likelihood of an accompaniment with its own melody and with another one, or of a region with its own " +
        "continuation, with none, and with another one.",
    )
    .argument("<files...>", "MIDI files")
    .addOption(modelOption("piano"))
    .option("--lenient", "read the undamaged parts of damaged files")
    .addOption(compatibilityOption())
    .addOption(
      new Option("--task <name>", "measure a task instead of plain continuation").choices(
        Object.keys(CONTEXTS),
      ),
    )
    .option("--regions <n>", "with --task infill: regions per file (default: 4)", positiveInteger)
    .option("--seed <n>", "with --task infill: seed of the random regions (default: 0)", seedValue)
    .addOption(codecOption())
    .addOption(precisionOption())
    .option("--threads <n>", "number of processor threads (default: automatic)", positiveInteger)
    .addOption(revisionOption())
    .addOption(offlineOption())
    .option("--quiet", "print only the result")
    .option("--json", "print the result as JSON")
    .addHelpText(
      "after",
      "\nExamples:\n" +
        "  ostinato evaluate piece.mid\n" +
        "  ostinato evaluate pieces/*.mid --model my-checkpoint --json\n" +
        "  ostinato evaluate songs/*.mid --task accompany",
    )
    .action(runEvaluate);
}

async function runEvaluate(paths: readonly string[], options: EvaluateCommandOptions): Promise<void> {
  const { task, regions = 4, seed = 0 } = options;
  for (const flag of ["regions", "seed"] as const) {
    if (options[flag] !== undefined && task !== "infill")
      throw new UsageError(`--${flag} needs --task infill`, "add --task infill, or omit this option");
  }
  const console = new Console({ quiet: options.quiet ?? false });
  const instead = `to measure how it predicts a text: ostinato text --model ${options.model} --score FILE`;
  const kind = await requireMusicModel(options.model, options, console, instead);
  if (kind === "arrival" && task !== undefined) {
    throw new UsageError(
      `${options.model} is a model of several instruments, which --task does not measure`,
      "omit --task, or name a piano model, such as piano",
    );
  }
  const files: ScoredFile[] = [];
  for (const path of paths) files.push({ path, score: await readScore(path, options, console) });
  const loading = loadingOptions(options, console);
  const json = options.json ?? false;
  if (kind === "arrival") {
    const model = await loadBandModel(options.model, loading);
    try {
      const scoring = (score: Score, reporting: ScoreOptions) => scoreBandPiece(model, score, reporting);
      showScores(await scoreFiles(files, scoring, "notes", console), BAND_TABLE, json, console);
    } finally {
      await model.dispose();
    }
    return;
  }
  const model = await loadMusicModel(options.model, loading);
  try {
    if (task !== undefined) {
      requireTask(model.decoder.config, task);
      await evaluateTask(model, files, { task, regions, seed, json }, console);
      return;
    }
    const scoring = (score: Score, reporting: ScoreOptions) => scorePiece(model, score, reporting);
    const scored = await scoreFiles(files, scoring, "notes other than percussion", console);
    showScores(scored, PIANO_TABLE, json, console);
  } finally {
    await model.dispose();
  }
}

interface ScoredFile {
  readonly path: string;
  readonly score: Score;
}

/**
 * Scores the files one after the other.
 *
 * @param needed what a file must have.
 * @throws CommandError for a file without it.
 */
async function scoreFiles<Piece extends PieceScore>(
  files: readonly ScoredFile[],
  scoring: (score: Score, options: ScoreOptions) => Promise<Piece>,
  needed: string,
  console: Console,
): Promise<FileScore<Piece>[]> {
  const scored: FileScore<Piece>[] = [];
  for (const { path, score } of files) {
    const piece = await scoring(score, {
      signal: interruptSignal(),
      onProgress: (ids) =>
        console.progress(() => `${scored.length + 1} of ${files.length} files, ${ids} ids of ${path}`),
    });
    if (piece.notes === 0) throw new CommandError(`${path} has no ${needed}`, "omit this file");
    scored.push({ path, piece });
  }
  return scored;
}
