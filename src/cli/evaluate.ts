import { type Command, Option } from "commander";
import type { Compatibility } from "../../encoding/index.ts";
import { loadMusicModel } from "../platform/node/index.ts";
import {
  CONTEXTS,
  type EvaluatedTask,
  type PieceScore,
  scorePiece,
  summarize,
} from "../tools/evaluate/index.ts";
import { requireTask } from "../music/index.ts";
import { Console } from "./console.ts";
import { CommandError, UsageError } from "./errors.ts";
import { evaluateTask } from "./evaluate-task.ts";
import { readScore } from "./files.ts";
import { loadingOptions, type ModelCommandOptions, modelOption, offlineOption } from "./model-options.ts";
import { interruptSignal } from "./interrupt.ts";
import { requirePianoModel } from "./music-model.ts";
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
        "alone, in blocks of the window that overlap by half. With --task, it measures whether the model uses its input: " +
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
    .addOption(precisionOption())
    .option("--threads <n>", "number of processor threads (default: automatic)", positiveInteger)
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
  await requirePianoModel(options.model, options, console, instead);
  const scores = [];
  for (const path of paths) scores.push({ path, score: await readScore(path, options, console) });
  const model = await loadMusicModel(options.model, loadingOptions(options, console));
  const files: ({ readonly path: string } & PieceScore)[] = [];
  try {
    if (task !== undefined) {
      requireTask(model.decoder.config, task);
      await evaluateTask(model, scores, { task, regions, seed, json: options.json ?? false }, console);
      return;
    }
    for (const { path, score } of scores) {
      const piece = await scorePiece(model, score, {
        signal: interruptSignal(),
        onProgress: (scored) =>
          console.progress(() => `${files.length + 1} of ${paths.length} files, ${scored} ids of ${path}`),
      });
      if (piece.notes === 0)
        throw new CommandError(`${path} has no notes other than percussion`, "omit this file");
      files.push({ path, ...piece });
    }
  } finally {
    await model.dispose();
  }
  const summary = summarize(files);
  if (options.json) {
    console.result({
      ...summary,
      files: files.map(({ path, ...piece }) => ({ path, ...summarize([piece]) })),
    });
    return;
  }
  console.line("nats/id  perplexity  nats/note  nats/second      ids");
  for (const { path, ...piece } of files) console.line(tableRow(path, piece));
  if (files.length > 1) console.line(tableRow(`all ${files.length} files`, ...files));
}

/** One row of the table. */
function tableRow(name: string, ...pieces: readonly PieceScore[]): string {
  const { nllPerId, nllPerNote, nllPerSecond, perplexity, ids } = summarize(pieces);
  return [
    nllPerId.toFixed(4).padStart(7),
    perplexity.toFixed(2).padStart(10),
    nllPerNote.toFixed(2).padStart(9),
    nllPerSecond.toFixed(1).padStart(11),
    String(ids).padStart(7),
    name,
  ].join("  ");
}
