import { type Command, Option } from "commander";
import { pluralize } from "../../encoding/pluralize.ts";
import {
  ARRIVAL_VOCABULARIES,
  type Compatibility,
  instrumentName,
  musicCodec,
  PERFORMANCE_416,
  type Task,
  TASKS,
} from "../../encoding/index.ts";
import {
  buildDataset,
  type BuildDatasetOptions,
  type BuildProgress,
  DEFAULT_COPIES,
  DEFAULT_SHARES,
  type EncoderChoice,
  encoderOf,
  MAX_UNRELEASED_SECONDS,
  SHARED_KINDS,
  type Shares,
  sumOfShares,
  type TaskPlan,
  type TrackPart,
} from "../tools/dataset/index.ts";
import { Console } from "./console.ts";
import { CommandError, UsageError } from "./errors.ts";
import { listFiles, parseJson, readText, reasonOf } from "./files.ts";
import { runDatasetPairs } from "./dataset-pairs.ts";
import { interruptSignal } from "./interrupt.ts";
import { trackPart } from "./part-option.ts";
import { shareList, stylePrefix, type StylePrefix, taskList } from "./task-options.ts";
import { compatibilityOption, positiveInteger, seedValue } from "./values.ts";

interface DatasetOptions {
  readonly out: string;
  readonly only?: string;
  readonly exclude?: string;
  readonly tokenizer?: string;
  readonly pairs?: boolean;
  readonly separator?: readonly string[];
  readonly vocabulary?: string;
  readonly copies?: number;
  readonly part?: readonly TrackPart[];
  readonly lenient?: boolean;
  readonly compatibility?: Compatibility;
  readonly tasks?: readonly Task[];
  readonly shares?: Shares;
  readonly style?: readonly StylePrefix[];
  readonly seed?: number;
  readonly threads?: number;
  readonly quiet?: boolean;
  readonly json?: boolean;
}

/** The vocabularies of music that a dataset can have. */
const VOCABULARY_NAMES: readonly string[] = [PERFORMANCE_416.name, ...ARRIVAL_VOCABULARIES.keys(), "arrival"];

export function addDatasetCommand(program: Command): void {
  program
    .command("dataset")
    .summary("turn a folder of MIDI or text files into token files for training")
    .description(
      "Encodes every MIDI file below a folder (or text file, with --tokenizer) into ids.bin, index.bin and dataset.json. " +
        "Unreadable files are skipped and listed with the reason. With a vocabulary of arrival times, each file becomes " +
        "windows, of as many copies as --copies says: 1 in 10 is plain, 1 has spans of 5 s as controls, 4 have 10 to 90 % " +
        "of the notes, 4 have some of the instruments. With --pairs, each line of a file becomes an example to learn from: " +
        "source, separator, target; the loss counts the target alone.",
    )
    .argument("<folder or files...>", "folder to read, with its subfolders; with --pairs, files of pairs")
    .requiredOption("-o, --out <dir>", "folder to write")
    .option(
      "--only <file>",
      "use only the files listed in this text file, one path a line, relative to the folder",
    )
    .option("--exclude <file>", "skip the files listed in this text file")
    .option("--tokenizer <file>", "create a text dataset with this tokenizer.json")
    .option("--pairs", "read files of pairs, one a line: source and target, separated by a tab")
    .option(
      "--separator <token>",
      'with --pairs: special token of the tokenizer between source and target, such as "<to-fr>"; one for each file, in order',
      separatorList,
    )
    .addOption(
      new Option(
        "--vocabulary <name>",
        `vocabulary of a music dataset (default: "${PERFORMANCE_416.name}")`,
      ).choices(VOCABULARY_NAMES),
    )
    .option(
      "--copies <n>",
      `with arrival times: copies of each file (default: ${DEFAULT_COPIES}); 1 for a validation set`,
      positiveInteger,
    )
    .option(
      "--part <track=name>",
      'with arrival times: instrument of the tracks of this name, such as "MELODY=flute"; may be repeated',
      trackPart,
    )
    .option("--lenient", "read the undamaged parts of damaged MIDI files")
    .addOption(compatibilityOption())
    .option("--tasks <list>", `add examples of these tasks: ${TASKS.join(", ")}`, taskList)
    .option(
      "--shares <list>",
      `fraction of all ids for each kind of example (default: ${SHARED_KINDS.map((kind) => `${kind}=${DEFAULT_SHARES[kind]}`).join(",")})`,
      shareList,
    )
    .option(
      "--style <name=path>",
      "style (pop, classical or roll) of the files below this path; may be repeated",
      stylePrefix,
    )
    .option("--seed <n>", "seed of the random examples (default: 0)", seedValue)
    .option("--threads <n>", "number of worker threads (default: one per processor core)", positiveInteger)
    .option("--quiet", "print no messages")
    .option("--json", "print the summary as JSON on stdout")
    .addHelpText(
      "after",
      "\nExamples:\n" +
        "  ostinato dataset midi/ --out data/train --exclude dev.txt\n" +
        "  ostinato dataset midi/ --out data/dev --only dev.txt\n" +
        "  ostinato dataset midi/ --out data/tasks --tasks accompany,infill,ending,style --style pop=songs/\n" +
        "  ostinato dataset songs/ --out data/band --vocabulary arrival --copies 10\n" +
        "  ostinato dataset songs/ --out data/trio --vocabulary arrival-9772 --part Melody=flute\n" +
        "  ostinato dataset books/ --out data/text --tokenizer tokenizer.json\n" +
        '  ostinato dataset fr.tsv --pairs --separator "<to-fr>" --tokenizer translate.json --out data/fr',
    )
    .action(runDataset);
}

function separatorList(value: string, previous: readonly string[] = []): readonly string[] {
  return [...previous, value];
}

async function runDataset(inputs: readonly string[], options: DatasetOptions): Promise<void> {
  const console = new Console({ quiet: options.quiet ?? false });
  if (options.pairs) {
    refuseBesidePairs(options);
    return runDatasetPairs(inputs, options, console);
  }
  if (options.separator !== undefined) throw new UsageError("--separator needs --pairs", "add --pairs");
  const [folder = "", second] = inputs;
  if (second !== undefined)
    throw new UsageError("several folders are given", "give one folder, or files of pairs with --pairs");
  const copies = copiesOf(options);
  const plan = copies ? undefined : taskPlan(options);
  const encoder = await chooseEncoder(options);
  const paths = await choosePaths(folder, encoderOf(encoder).extensions, options);
  const started = performance.now();
  const summary = await buildDataset({
    folder,
    paths,
    out: options.out,
    encoder,
    plan,
    copies,
    threads: options.threads,
    signal: interruptSignal(),
    onProgress: (progress) => console.progress(() => progressLine(progress)),
  }).catch((error: unknown) => {
    // Only errors of the file system; other errors pass through.
    if (!(error instanceof Error && "syscall" in error)) throw error;
    throw new CommandError(
      `cannot write ${options.out}: ${reasonOf(error)}`,
      "the output folder is incomplete",
    );
  });
  const wallSeconds = (performance.now() - started) / 1000;
  for (const { path, reason } of summary.skipped) console.say(`skipped ${path}: ${reason}`);
  const music =
    summary.seconds > 0
      ? ` (${(summary.seconds / 3600).toFixed(1)} h, ${pluralize(summary.notes, "note")})`
      : "";
  if (summary.unreleasedNotes > 0) {
    console.say(
      `${pluralize(summary.unreleasedNotes, "note")} without a note-off ended after ${MAX_UNRELEASED_SECONDS} s at most`,
    );
  }
  console.say(
    `${pluralize(summary.pieces, copies ? "window" : "piece")}, ${pluralize(summary.ids, "id")}${music} in ${wallSeconds.toFixed(1)} s; ` +
      `${summary.skipped.length} of ${pluralize(paths.length, "file")} skipped → ${options.out}`,
  );
  if (plan ?? copies) {
    const width = Math.max(18, ...summary.kinds.map(({ kind }) => kind.length));
    for (const { kind, examples, ids } of summary.kinds) {
      const share = ((100 * ids) / summary.ids).toFixed(1);
      console.say(
        `  ${kind.padEnd(width)} ${pluralize(examples, copies ? "window" : "example")}, ${pluralize(ids, "id")} (${share} %)`,
      );
    }
  }
  if (options.json) console.result({ out: options.out, ...summary });
}

function progressLine({ kind, done, wanted, ids, skipped }: BuildProgress): string {
  return SHARED_KINDS.some((shared) => shared === kind)
    ? `${kind}: ${done} of ${pluralize(wanted, "id")}`
    : `${done} of ${pluralize(wanted, "file")}, ${pluralize(ids, "id")}, ${skipped} skipped`;
}

/** Options of datasets of whole files, which mean nothing for pairs. */
const NOT_FOR_PAIRS = [
  "only",
  "exclude",
  "vocabulary",
  "copies",
  "part",
  "lenient",
  "compatibility",
  "tasks",
  "shares",
  "style",
  "seed",
  "threads",
] as const;

/** @throws UsageError for an option that --pairs does not have. */
function refuseBesidePairs(options: DatasetOptions): void {
  const flag = NOT_FOR_PAIRS.find((key) => options[key] !== undefined);
  if (flag !== undefined)
    throw new UsageError(`--pairs and --${flag} exclude each other`, "omit one of them");
}

/** @throws UsageError for an option without the option it needs. */
function taskPlan(options: DatasetOptions): TaskPlan | undefined {
  const { tasks, shares = DEFAULT_SHARES, style = [], seed = 0 } = options;
  if (tasks !== undefined) {
    if (options.tokenizer !== undefined)
      throw new UsageError("--tasks needs MIDI input and excludes --tokenizer", "omit one of them");
    if (style.length > 0 && !tasks.includes("style")) {
      throw new UsageError("--style needs the task style", "add it to --tasks");
    }
    const sum = sumOfShares({ tasks, shares });
    if (sum >= 1) {
      throw new UsageError(
        `the shares add up to ${sum.toFixed(2)}`,
        "reduce them to a sum below 1, so that ids remain for the plain pieces",
      );
    }
    return { tasks, shares, seed, styles: style };
  }
  for (const flag of ["shares", "style", "seed"] as const) {
    if (options[flag] !== undefined) throw new UsageError(`--${flag} needs --tasks`, "name the tasks");
  }
  return undefined;
}

/**
 * The copies of each file in a dataset of arrival times; undefined for another dataset.
 *
 * @throws UsageError for an option that the dataset does not have.
 */
function copiesOf(options: DatasetOptions): BuildDatasetOptions["copies"] {
  const vocabulary = ARRIVAL_VOCABULARIES.get(vocabularyName(options));
  if (!vocabulary) {
    for (const flag of ["copies", "part"] as const) {
      if (options[flag] === undefined) continue;
      throw new UsageError(
        `--${flag} needs a vocabulary of arrival times`,
        "add --vocabulary arrival, or omit it",
      );
    }
    return undefined;
  }
  const unknown = options.part?.find(({ instrument }) => !vocabulary.hasInstrument(instrument));
  if (unknown) {
    throw new UsageError(
      `--part ${unknown.track}: ${vocabulary.name} has no ${instrumentName(unknown.instrument)}`,
      `use one of its instruments: ${vocabulary.instruments.map(instrumentName).join(", ")}`,
    );
  }
  for (const flag of ["tasks", "shares", "style"] as const) {
    if (options[flag] !== undefined) {
      throw new UsageError(
        `--${flag} is not for a vocabulary of arrival times, whose copies have controls instead`,
        "omit this option",
      );
    }
  }
  return { count: options.copies ?? DEFAULT_COPIES, seed: options.seed ?? 0 };
}

function vocabularyName({ vocabulary = PERFORMANCE_416.name }: DatasetOptions): string {
  return musicCodec(vocabulary)?.name ?? vocabulary;
}

/** @throws UsageError for both a vocabulary and a tokenizer. */
async function chooseEncoder(options: DatasetOptions): Promise<EncoderChoice> {
  const { tokenizer, vocabulary, lenient = false, compatibility } = options;
  if (tokenizer === undefined) {
    const name = vocabularyName(options);
    const reading = { recover: lenient, compatibility };
    return ARRIVAL_VOCABULARIES.has(name)
      ? { kind: "arrival", vocabulary: name, parts: options.part, ...reading }
      : { kind: "music", ...reading };
  }
  if (vocabulary !== undefined)
    throw new UsageError("--vocabulary and --tokenizer exclude each other", "omit one of them");
  return { kind: "text", tokenizerJson: parseJson(await readText(tokenizer), tokenizer) };
}

/** The files to encode, sorted by path, so that the same folder always gives the same dataset. */
async function choosePaths(
  folder: string,
  extensions: readonly string[],
  options: DatasetOptions,
): Promise<string[]> {
  let paths = (await listFiles(folder)).filter((path) =>
    extensions.some((extension) => path.toLowerCase().endsWith(extension)),
  );
  if (options.only !== undefined) {
    const only = await readList(options.only, paths, folder);
    paths = paths.filter((path) => only.has(path));
  }
  if (options.exclude !== undefined) {
    const excluded = await readList(options.exclude, paths, folder);
    paths = paths.filter((path) => !excluded.has(path));
  }
  if (paths.length === 0) {
    throw new CommandError(
      `no ${extensions.join(" or ")} files to encode in ${folder}`,
      "check the folder and lists",
    );
  }
  return paths;
}

/** A missing file is an error: otherwise a misspelled path would stay in the training data unnoticed. */
async function readList(file: string, paths: readonly string[], folder: string): Promise<Set<string>> {
  const lines = (await readText(file)).split(/\r?\n/).map((line) => line.trim());
  const listed = new Set(lines.filter((line) => line !== ""));
  const known = new Set(paths);
  const missing = [...listed].filter((path) => !known.has(path));
  if (missing.length > 0) {
    throw new CommandError(
      `${file} names ${pluralize(missing.length, "file")} that ${missing.length === 1 ? "is" : "are"} not in ${folder}: ` +
        `"${missing[0]}"${missing.length === 1 ? "" : " first"}`,
      "paths in a list are relative to the folder",
    );
  }
  return listed;
}
