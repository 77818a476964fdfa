import { type Command, Option } from "commander";
import { pluralize } from "../../encoding/pluralize.ts";
import {
  DENSITY_NAMES,
  type DensityName,
  STYLE_NAMES,
  type StyleName,
  writeMidi,
} from "../../encoding/index.ts";
import { BandModel, type BandNote, type GeneratedMusic, type MusicEvent } from "../music/index.ts";
import type { DraftModel } from "../engine/index.ts";
import { samplingOf } from "../options.ts";
import { bandSampling, checkKindOptions, loadBand } from "./band-options.ts";
import { withDraftModel } from "./draft-model.ts";
import { Console } from "./console.ts";
import { UsageError } from "./errors.ts";
import { type EventCandidates, eventCandidateLines, eventCandidates } from "./event-candidates.ts";
import { loadBandModel, loadMusicModel } from "../platform/node/index.ts";
import { checkOutputs, checkWritable, readPrimer, writeOutput } from "./files.ts";
import { interruptSignal } from "./interrupt.ts";
import { sayVelocities } from "./loudness.ts";
import { sayNewWarnings } from "./new-warnings.ts";
import { requireMusicModel } from "./music-model.ts";
import { sayNoNotes } from "./no-notes.ts";
import {
  compatibilityOption,
  positiveInteger,
  positiveNumber,
  DRIFT_CONTROL_FLAG,
  DRIFT_CONTROL_HELP,
  TRACKS_EXAMPLES,
  trackSelection,
} from "./values.ts";
import { outputPaths, variationsOption } from "./variations-option.ts";
import { addWritingOptions, loadModel, type WritingCommandOptions } from "./writing-options.ts";

interface GenerateCommandOptions extends WritingCommandOptions {
  readonly seconds: number;
  readonly primerSeconds?: number;
  readonly continuationOnly?: boolean;
  readonly ending?: boolean;
  readonly variations?: number;
  readonly candidates?: number;
  readonly style?: StyleName;
  readonly density?: DensityName;
  readonly driftControl: boolean;
}

export function addGenerateCommand(program: Command): void {
  const command = program
    .command("generate")
    .summary("generate new music, or continue a MIDI file")
    .description(
      "Generates music and writes it as a MIDI file. With a primer (your music, to be continued), the output is the " +
        "primer, followed by its continuation. Your notes stay unchanged, to the tick.",
    )
    .argument("[primer]", 'MIDI file to continue; "-" reads stdin')
    .requiredOption("-o, --out <file>", 'MIDI file to write; "-" writes stdout')
    .option("--seconds <s>", "length of the new music, in seconds", positiveNumber, 30)
    .option(
      "--primer-seconds <s>",
      "continue after this many seconds of the primer, counted from its first note (default: all)",
      positiveNumber,
    )
    .option("--continuation-only", "write the new music without the primer")
    .option(
      "--tracks <list>",
      `continue only these tracks of the primer, ${TRACKS_EXAMPLES}; the output keeps all tracks`,
      trackSelection,
    )
    .option("--lenient", "read the undamaged parts of a damaged primer")
    .addOption(compatibilityOption())
    .option("--ending", "compose an ending near --seconds, instead of stopping there")
    .addOption(variationsOption())
    .option(
      "--candidates <n>",
      "show this many candidates for each event, with their probabilities; of a note of a band, for its onset, duration and pitch",
      positiveInteger,
    )
    .addOption(
      new Option(
        "--style <name>",
        'play like pop songs, classical pieces, or piano-roll recordings ("roll")',
      ).choices(STYLE_NAMES),
    )
    .addOption(
      new Option(
        "--density <name>",
        "how many notes are played: sparse under 7 notes a second, medium under 10, dense under 16, busy more",
      ).choices(DENSITY_NAMES),
    )
    .option(DRIFT_CONTROL_FLAG, `${DRIFT_CONTROL_HELP}; without it --density is not enforced`);
  addWritingOptions(command)
    .addHelpText(
      "after",
      "\nExamples:\n" +
        "  ostinato generate --seconds 30 --seed 1 --out first.mid\n" +
        "  ostinato generate primer.mid --primer-seconds 15 --seconds 30 --out more.mid\n" +
        "  ostinato generate primer.mid --variations 4 --seed 7 --out more.mid\n" +
        "  ostinato generate --style pop --density sparse --seconds 60 --ending --out pop.mid\n" +
        "  ostinato generate primer.mid --continuation-only --temperature 0.9 --top-p 0.95 --out new.mid",
    )
    .action(runGenerate);
}

async function runGenerate(
  primerPath: string | undefined,
  options: GenerateCommandOptions,
  command: Command,
): Promise<void> {
  checkOutputs(options);
  checkCandidates(options);
  const primerOptions = {
    "--primer-seconds": options.primerSeconds,
    "--continuation-only": options.continuationOnly,
    "--tracks": options.tracks,
    "--lenient": options.lenient,
    "--compatibility": options.compatibility,
  };
  for (const [flag, value] of Object.entries(primerOptions)) {
    if (primerPath === undefined && value !== undefined) {
      throw new UsageError(`${flag} needs a primer`, "name a MIDI file to continue");
    }
  }
  const outs = outputPaths(options);
  const console = new Console({ quiet: options.quiet ?? false });
  for (const out of outs) await checkWritable(out);
  const kind = await requireMusicModel(
    options.model,
    options,
    console,
    `name a music model, such as piano; for text use: ostinato text --model ${options.model}`,
  );
  checkKindOptions(kind, options);
  const primer =
    primerPath === undefined
      ? undefined
      : await readPrimer(primerPath, { ...options, keepsPercussion: kind === "arrival" }, console);
  const model = await (kind === "arrival" ? loadBand(options, console) : loadModel(options, console));
  const started = performance.now();
  const elapsed = (): number => (performance.now() - started) / 1000;
  let events = 0;
  const steps: EventCandidates[] = [];
  const progress = (event: MusicEvent | BandNote): void => {
    events += 1;
    const { seconds } = event;
    if (options.candidates !== undefined) {
      const step = eventCandidates(event, model instanceof BandModel ? undefined : model.vocabulary);
      if (options.json) steps.push(step);
      else for (const line of eventCandidateLines(step)) console.line(line);
      return;
    }
    console.progress(
      () =>
        `${pluralize(events, "event")}, ${seconds.toFixed(1)} of ${options.seconds} s of music, ` +
        `${((seconds * outs.length) / elapsed()).toFixed(1)} × real time`,
    );
  };
  const generate = async (draftModel: DraftModel | undefined): Promise<void> => {
    const common = {
      seconds: options.seconds,
      primerSeconds: options.primerSeconds,
      continuationOnly: options.continuationOnly,
      tracks: options.tracks,
      instruments: options.instruments,
      candidates: options.candidates,
      port: options.port,
      primer,
      draftModel,
      signal: interruptSignal(),
      onEvent: progress,
    };
    const { ending, style, density, driftControl } = options;
    const pieces =
      model instanceof BandModel
        ? await model.variations(outs.length, { ...bandSampling(options, command), ...common })
        : await model.variations(outs.length, {
            ...samplingOf(options),
            ...common,
            ending,
            style,
            density,
            driftControl,
          });
    const wallSeconds = elapsed() / outs.length;
    const trimmedSeconds = pieces[0]?.trimmedSeconds ?? 0;
    if (trimmedSeconds > 1) {
      console.say(
        `${primerPath}: ${trimmedSeconds.toFixed(1)} s of silence before the first note were removed from the input of the model`,
      );
    }
    const leftOutSeconds = pieces[0]?.leftOutSeconds ?? 0;
    if (leftOutSeconds > 0) {
      console.say(
        `${primerPath}: ${leftOutSeconds.toFixed(1)} s of silence after the last note were removed; the continuation begins there`,
      );
    }
    sayVelocities(console, pieces[0]?.velocities);
    for (const [i, piece] of pieces.entries()) {
      const out = outs[i]!;
      await writeOutput(out, writeMidi(piece.score));
      sayNewWarnings(console, out, piece.score, primer);
      report(console, out, piece, { wallSeconds, steps: options.candidates ? steps : undefined }, options);
    }
  };
  try {
    const load = kind === "arrival" ? loadBandModel : loadMusicModel;
    await withDraftModel(model, load, options, console, generate);
  } finally {
    await model.dispose();
  }
}

function checkCandidates({ candidates, variations, out }: GenerateCommandOptions): void {
  if (candidates === undefined) return;
  if (variations !== undefined)
    throw new UsageError("--candidates and --variations exclude each other", "omit one of them");
  if (out === "-")
    throw new UsageError("--candidates and --out - both write to stdout", "name a file with --out");
}

interface PieceReport {
  /** Computing time of the piece; for several variations, the mean. */
  readonly wallSeconds: number;
  readonly steps: readonly EventCandidates[] | undefined;
}

/** Reports a written piece. */
function report(
  console: Console,
  out: string,
  piece: GeneratedMusic,
  { wallSeconds, steps }: PieceReport,
  { model, json }: GenerateCommandOptions,
): void {
  const { seed, events, notes } = piece;
  const seconds = Math.round(piece.seconds * 100) / 100;
  console.say(
    `${out}: ${seconds} s of music, ${pluralize(notes, "note")}, ${pluralize(events, "event")}, ` +
      `seed ${seed}, model ${model}; took ${wallSeconds.toFixed(1)} s ` +
      `(${(seconds / wallSeconds).toFixed(1)} × real time)`,
  );
  sayNoNotes(console, out, notes);
  if (!json) return;
  const idsPerSecond = Math.round((events / wallSeconds) * 10) / 10;
  console.result({ out, seed, events, notes, seconds, idsPerSecond, model, steps });
}
