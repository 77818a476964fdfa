import type { Command } from "commander";
import { loadMusicModel } from "../node/load-model.ts";
import { type PieceScore, scorePiece, summarise } from "../evaluate/evaluate.ts";
import { Console } from "./console.ts";
import { CommandError } from "./errors.ts";
import { readScore } from "./files.ts";
import { loadingOptions, type ModelCommandOptions, modelOption, offlineOption } from "./model-options.ts";
import { interruptSignal } from "./interrupt.ts";
import { positiveInteger, precisionOption } from "./values.ts";

interface EvaluateCommandOptions extends ModelCommandOptions {
  readonly model: string;
  readonly lenient?: boolean;
  readonly quiet?: boolean;
  readonly json?: boolean;
}

export function addEvaluateCommand(program: Command): void {
  program
    .command("evaluate")
    .summary("measure how well a model predicts MIDI files")
    .description(
      "Gives the negative log-likelihood of MIDI files under a model, in nats: lower is better. Each piece alone, its\n" +
        "start given, in blocks of the model's window that overlap by half.",
    )
    .argument("<files...>", "MIDI files")
    .addOption(modelOption("piano"))
    .option("--lenient", "salvage what can be read from damaged files")
    .addOption(precisionOption())
    .option("--threads <n>", "threads of the engine (default: chosen by it)", positiveInteger)
    .addOption(offlineOption())
    .option("--quiet", "say nothing but the result")
    .option("--json", "print the result as JSON")
    .addHelpText(
      "after",
      "\nExamples:\n" +
        "  ostinato evaluate piece.mid\n" +
        "  ostinato evaluate pieces/*.mid --model my-checkpoint --json",
    )
    .action(runEvaluate);
}

async function runEvaluate(paths: readonly string[], options: EvaluateCommandOptions): Promise<void> {
  const console = new Console({ quiet: options.quiet ?? false });
  const scores = [];
  for (const path of paths) scores.push({ path, score: await readScore(path, options, console) });
  const model = await loadMusicModel(options.model, loadingOptions(options, console));
  const files: ({ readonly path: string } & PieceScore)[] = [];
  try {
    for (const { path, score } of scores) {
      const piece = await scorePiece(model, score, {
        signal: interruptSignal(),
        onProgress: (scored) =>
          console.progress(() => `${files.length + 1} of ${paths.length} files, ${scored} ids of ${path}`),
      });
      if (piece.notes === 0)
        throw new CommandError(`${path} has no notes other than percussion`, "leave it out");
      files.push({ path, ...piece });
    }
  } finally {
    await model.dispose();
  }
  const summary = summarise(files);
  if (options.json) {
    console.result({
      ...summary,
      files: files.map(({ path, ...piece }) => ({ path, ...summarise([piece]) })),
    });
    return;
  }
  console.line("nats/id  perplexity  nats/note  nats/second      ids");
  for (const { path, ...piece } of files) console.line(tableRow(path, piece));
  if (files.length > 1) console.line(tableRow(`all ${files.length} files`, ...files));
}

/** One row, under the heads of the columns. */
function tableRow(name: string, ...pieces: readonly PieceScore[]): string {
  const { nllPerId, nllPerNote, nllPerSecond, perplexity, ids } = summarise(pieces);
  return [
    nllPerId.toFixed(4).padStart(7),
    perplexity.toFixed(2).padStart(10),
    nllPerNote.toFixed(2).padStart(9),
    nllPerSecond.toFixed(1).padStart(11),
    String(ids).padStart(7),
    name,
  ].join("  ");
}
