import { join, parse } from "node:path";
import { type Command, Option } from "commander";
import type { Compatibility } from "../../encoding/index.ts";
import { pluralize } from "../../encoding/pluralize.ts";
import {
  BAND_DISTRIBUTIONS,
  compareMusic,
  type ComparisonReport,
  cutWindows,
  findSharedRuns,
  generateBandSet,
  type GeneratedSet,
  type GenerateSetOptions,
  generateSet,
  type GridNote,
  illegalIdsOf,
  type Piece,
  renderReport,
  MATCH_CRITERION,
  summaryLines,
  totalLegality,
  TrainingNotes,
} from "../tools/compare/index.ts";
import { SAMPLING_OPTIONS, samplingOf, type SamplingOptions } from "../options.ts";
import { loadBandModel, loadMusicModel } from "../platform/node/index.ts";
import { BandModel } from "../music/index.ts";
import { Console } from "./console.ts";
import { CommandError, UsageError } from "./errors.ts";
import { checkWritable, writeOutput } from "./files.ts";
import { interruptSignal } from "./interrupt.ts";
import { eachPiece } from "./each-piece.ts";
import { type MusicKind, requireMusicModel } from "./music-model.ts";
import {
  codecOption,
  loadingOptions,
  type ModelCommandOptions,
  offlineOption,
  revisionOption,
} from "./model-options.ts";
import {
  compatibilityOption,
  numberIn,
  positiveInteger,
  positiveNumber,
  precisionOption,
  DRIFT_CONTROL_FLAG,
  DRIFT_CONTROL_HELP,
} from "./values.ts";

interface CompareCommandOptions extends SamplingOptions, ModelCommandOptions {
  readonly model?: string;
  readonly count: number;
  readonly seconds: number;
  readonly driftControl: boolean;
  readonly train?: string;
  readonly out: string;
  readonly lenient?: boolean;
  readonly compatibility?: Compatibility;
  readonly quiet?: boolean;
  readonly json?: boolean;
}

export function addCompareCommand(program: Command): void {
  const command = program
    .command("compare")
    .summary("compare generated music with real music, and detect memorized passages")
    .description(
      "Compares generated music with a folder of real music: pitch, interval, velocity, duration, time " +
        "between onsets, polyphony, note density and repetition. With --train it finds the longest " +
        "sequences of notes that occur in the training pieces too. Writes an HTML report and a JSON file " +
        "with the results. A model of several instruments is also compared by its instruments, and not by velocity, " +
        "which it does not generate.",
    )
    .argument(
      "<folders...>",
      "folder of generated MIDI files and folder of real ones; with --model only the real ones",
    )
    .requiredOption(
      "-o, --out <file>",
      "report to write, .html; the results go into a .json file of the same name",
    )
    .option(
      "--model <name>",
      "generate with this model instead of reading files: piano, or folder or web address of a checkpoint",
    )
    .option(
      "--count <n>",
      "with --model: number of generations, with consecutive seeds",
      positiveInteger,
      100,
    )
    .option("--seconds <s>", "length of the compared windows and of each generation", positiveNumber, 30)
    .option("--train <folder>", "folder of the training pieces, to detect memorized passages");
  for (const option of SAMPLING_OPTIONS) {
    const isSeed = option.key === "seed";
    const flag = new Option(
      `${option.flag} <n>`,
      isSeed ? "with --model: the first seed" : `with --model: ${option.help}`,
    ).argParser((text) => numberIn(option, text));
    command.addOption(isSeed ? flag.default(1) : flag);
  }
  command
    .option(DRIFT_CONTROL_FLAG, `with --model: ${DRIFT_CONTROL_HELP}`)
    .option("--lenient", "read the undamaged parts of damaged files")
    .addOption(compatibilityOption())
    .addOption(codecOption())
    .addOption(precisionOption())
    .option("--threads <n>", "number of processor threads (default: automatic)", positiveInteger)
    .addOption(revisionOption())
    .addOption(offlineOption())
    .option("--quiet", "print only the result")
    .option("--json", "print the results as JSON on stdout too")
    .addHelpText(
      "after",
      "\nExamples:\n" +
        "  ostinato compare generated/ valid/ --out report.html\n" +
        "  ostinato compare valid/ --model piano --count 100 --train train/ --out report.html",
    )
    .action(runCompare);
}

async function runCompare(
  folders: readonly string[],
  options: CompareCommandOptions,
  command: Command,
): Promise<void> {
  checkUsage(folders, options, command);
  const console = new Console({ quiet: options.quiet ?? false });
  const { dir, name } = parse(options.out);
  const jsonPath = join(dir, `${name}.json`);
  await checkWritable(options.out);
  await checkWritable(jsonPath);

  const { model } = options;
  const kind = model === undefined ? undefined : await requireMusicModel(model, options, console);
  if (kind === "arrival" && command.getOptionValueSource("driftControl") === "cli") {
    throw new UsageError(
      `${DRIFT_CONTROL_FLAG} needs a piano model, and ${model} is a model of several instruments`,
      `omit ${DRIFT_CONTROL_FLAG}, or choose another --model`,
    );
  }

  const started = performance.now();
  const { lenient = false, compatibility } = options;
  const skipped: { path: string; reason: string }[] = [];
  const read = (folder: string, use: (path: string, notes: readonly GridNote[]) => void): Promise<void> =>
    eachPiece(folder, { lenient, compatibility, console, skipped }, use);
  const readPieces = async (folder: string): Promise<Piece[]> => {
    const pieces: Piece[] = [];
    await read(folder, (path, notes) => pieces.push(cutWindows(path, notes, options.seconds)));
    return pieces;
  };

  const referenceFolder = folders.at(-1)!;
  const reference = await readPieces(referenceFolder);
  const generated = kind && (await generateMusic(kind, options, console));
  const pieces = generated?.pieces ?? (await readPieces(folders[0]!));
  const comparison = compareMusic(pieces, reference, kind === "arrival" ? BAND_DISTRIBUTIONS : undefined);
  const memorization =
    options.train === undefined ? undefined : await memorize(options.train, pieces, reference, read, console);
  const report: ComparisonReport = {
    version: 1,
    generatedFrom: generated?.from ?? folders[0]!,
    referenceFrom: referenceFolder,
    windowSeconds: options.seconds,
    ...comparison,
    illegal: generated?.unmasked && legalityOf(generated.unmasked, reference),
    memorization,
    skipped,
    wallSeconds: Math.round((performance.now() - started) / 100) / 10,
  };

  const json = JSON.stringify(report, undefined, 1);
  await writeOutput(options.out, new TextEncoder().encode(renderReport(report)));
  await writeOutput(jsonPath, new TextEncoder().encode(`${json}\n`));
  if (options.json) console.line(json);
  else for (const line of summaryLines(report)) console.line(line);
  console.say(`${options.out} and ${jsonPath}: took ${report.wallSeconds} s`);
}

function checkUsage(folders: readonly string[], options: CompareCommandOptions, command: Command): void {
  const wanted = options.model === undefined ? 2 : 1;
  if (folders.length !== wanted) {
    const hint =
      wanted === 2
        ? "name the folder of generated files and the folder of real ones, or use --model"
        : "with --model name only the folder of real files";
    throw new UsageError(`expected ${pluralize(wanted, "folder")}, got ${folders.length}`, hint);
  }
  if (!/\.html?$/i.test(options.out)) {
    throw new UsageError(
      `--out ${options.out} does not end in .html`,
      "name an .html file; the results go into a .json file of the same name",
    );
  }
  if (options.model !== undefined) return;
  for (const flag of [
    "count",
    "driftControl",
    "codec",
    "precision",
    "threads",
    "revision",
    "offline",
    ...SAMPLING_OPTIONS.map(({ key }) => key),
  ]) {
    if (command.getOptionValueSource(flag) === "cli") {
      const option = command.options.find((each) => each.attributeName() === flag);
      throw new UsageError(`${option?.long} needs --model`, "add --model, or omit this option");
    }
  }
}

/** Generates music with a model. Also returns a description of the run; for a piano model, also what it does without the mask. */
async function generateMusic(
  kind: MusicKind,
  options: CompareCommandOptions,
  console: Console,
): Promise<Pick<GeneratedSet, "pieces"> & Partial<GeneratedSet> & { readonly from: string }> {
  const { model: name = "", count, seconds, driftControl } = options;
  const sampling = samplingOf(options);
  const seed = options.seed ?? 1;
  const loading = loadingOptions(options, console);
  const generation: Omit<GenerateSetOptions, "driftControl"> = {
    ...sampling,
    seed,
    count,
    seconds,
    signal: interruptSignal(),
    onProgress: (at) =>
      console.progress(
        () => `${at.seconds.toFixed(0)} of ${at.total} s generated${at.masked ? "" : " without the mask"}`,
      ),
  };
  const model = await (kind === "arrival" ? loadBandModel(name, loading) : loadMusicModel(name, loading));
  try {
    const set =
      model instanceof BandModel
        ? { pieces: await generateBandSet(model, generation) }
        : await generateSet(model, { ...generation, driftControl });
    if (set.pieces.length === 0)
      throw new CommandError(
        `${name} generated no notes in ${count} × ${seconds} s`,
        "generate longer pieces",
      );
    const chosen = Object.entries(sampling).filter(([key]) => key !== "seed");
    const facts = [
      `seeds ${seed} to ${seed + count - 1}`,
      ...chosen.map(([key, value]) => `${key} ${value}`),
      ...(driftControl ? [] : ["without drift control"]),
    ];
    return { ...set, from: [name, ...facts].join(", ") };
  } finally {
    await model.dispose();
  }
}

function legalityOf(
  unmasked: GeneratedSet["unmasked"],
  reference: readonly Piece[],
): NonNullable<ComparisonReport["illegal"]> {
  return {
    ...totalLegality(unmasked),
    generations: unmasked.length,
    reference: totalLegality(reference.flat().map(illegalIdsOf)),
  };
}

async function memorize(
  train: string,
  generated: readonly Piece[],
  reference: readonly Piece[],
  read: (folder: string, use: (path: string, notes: readonly GridNote[]) => void) => Promise<void>,
  console: Console,
): Promise<NonNullable<ComparisonReport["memorization"]>> {
  const training = new TrainingNotes();
  await read(train, (path, notes) => training.add(path, notes));
  console.say(
    `sorting ${pluralize(training.notes, "note")} of ${pluralize(training.pieces, "training piece")}`,
  );
  const longest = [...generated, ...reference]
    .flat()
    .reduce((most, { notes }) => Math.max(most, notes.length), 0);
  const index = training.index(longest);
  const search = (name: string, pieces: readonly Piece[]) =>
    findSharedRuns(pieces, index, (done) => console.progress(() => `${done} ${name} windows searched`));
  return {
    train,
    trainPieces: training.pieces,
    trainNotes: training.notes,
    matchCriterion: MATCH_CRITERION,
    generated: search("generated", generated),
    reference: search("reference", reference),
  };
}
