import { type Command, Option } from "commander";
import { pluralize } from "../../encoding/pluralize.ts";
import {
  type Compatibility,
  type EncodedMusic,
  MUSIC_CODEC_NAMES,
  type MusicCodec,
  musicCodec,
  oneHot,
  type TrackSelection,
  writeNpy,
} from "../../encoding/index.ts";
import { Console } from "./console.ts";
import { CommandError, UsageError } from "./errors.ts";
import { checkOutputs, checkWritable, readScore, writeOutput } from "./files.ts";
import { compatibilityOption, TRACKS_EXAMPLES, TRACKS_HELP, trackSelection } from "./values.ts";

interface EncodeCommandOptions {
  readonly out: string;
  readonly vocabulary: string;
  readonly events?: boolean;
  readonly oneHot?: boolean;
  readonly trim?: boolean;
  readonly lenient?: boolean;
  readonly compatibility?: Compatibility;
  readonly tracks?: TrackSelection;
  readonly controls?: TrackSelection;
  readonly quiet?: boolean;
  readonly json?: boolean;
}

export function addEncodeCommand(program: Command): void {
  program
    .command("encode")
    .summary("turn a MIDI file into event ids, the input of a model")
    .description(
      "Encodes the notes of a MIDI file as the ids of a vocabulary. As performance ids, the sustain pedal becomes longer " +
        "notes, and percussion is omitted. As arrival-time ids, of all instruments with drums, the ids are divided into " +
        "windows. The output is JSON with the vocabulary name and the ids, readable lines, or a one-hot matrix for NumPy.",
    )
    .argument("<file>", 'MIDI file; "-" reads stdin')
    .option("-o, --out <file>", 'file to write; "-" writes stdout', "-")
    .addOption(
      new Option("--vocabulary <name>", "vocabulary of the ids")
        .choices(MUSIC_CODEC_NAMES)
        .default("performance-388"),
    )
    .option("--events", "write readable events, one a line")
    .option("--one-hot", "write a NumPy .npy matrix, one row an event")
    .option("--trim", "remove the silence before the first note")
    .option("--tracks <list>", TRACKS_HELP, trackSelection)
    .option(
      "--controls <list>",
      `with arrival times: encode these tracks as given music, ${TRACKS_EXAMPLES}`,
      trackSelection,
    )
    .option("--lenient", "read the undamaged parts of a damaged file")
    .addOption(compatibilityOption())
    .option("--quiet", "print no messages")
    .option("--json", "print the summary as JSON on stdout")
    .addHelpText(
      "after",
      "\nExamples:\n" +
        "  ostinato encode in.mid --out ids.json\n" +
        "  ostinato encode in.mid --events | less\n" +
        "  ostinato encode in.mid --one-hot --out matrix.npy\n" +
        "  ostinato encode song.mid --vocabulary arrival --controls 1 --out ids.json\n" +
        "  cat in.mid | ostinato encode - | ostinato decode - --out out.mid",
    )
    .action(runEncode);
}

async function runEncode(path: string, options: EncodeCommandOptions): Promise<void> {
  if (options.events && options.oneHot)
    throw new UsageError("--events and --one-hot exclude each other", "omit one of them");
  const codec = codecNamed(options.vocabulary);
  if (options.controls && !codec.hasControls)
    throw new UsageError(
      `--controls needs a vocabulary with controls, and ${codec.name} has none`,
      "add --vocabulary arrival",
    );
  checkOutputs(options);
  const console = new Console({ quiet: options.quiet ?? false });
  await checkWritable(options.out);
  const score = await readScore(path, { ...options, keepsPercussion: codec.hasPercussion }, console);
  const music = codec.encode(score, {
    trimLeadingSilence: options.trim ?? false,
    controls: options.controls,
  });
  reportLeftOut(path, music, codec, console);
  await writeOutput(options.out, fileOf(music, codec, options));
  const ids = music.windows.reduce((sum, window) => sum + window.ids.length, 0);
  const windows = codec.isWindowed ? ` in ${pluralize(music.windows.length, "window")}` : "";
  if (options.out !== "-")
    console.say(`${options.out}: ${pluralize(ids, "id")} of ${pluralize(music.notes, "note")}${windows}`);
  if (options.json) {
    const { percussion, pitches, instruments, seconds } = music.leftOut;
    console.result({
      out: options.out,
      vocabulary: codec.name,
      ids,
      notes: music.notes,
      ...(codec.isWindowed ? { windows: music.windows.length } : {}),
      drums: percussion,
      droppedNotes: pitches + instruments,
      trimmedSeconds: seconds,
    });
  }
}

function codecNamed(name: string): MusicCodec {
  const codec = musicCodec(name);
  if (codec) return codec;
  throw new UsageError(`--vocabulary ${name} does not exist`, `use ${MUSIC_CODEC_NAMES.join(" or ")}`);
}

function reportLeftOut(path: string, { leftOut }: EncodedMusic, codec: MusicCodec, console: Console): void {
  const { percussion, pitches, instruments, seconds } = leftOut;
  if (percussion > 0) console.say(`${path}: ${pluralize(percussion, "note")} of percussion omitted`);
  if (pitches > 0)
    console.say(`${path}: ${pluralize(pitches, "note")} omitted whose pitch is not in ${codec.name}`);
  if (instruments > 0)
    console.say(
      `${path}: ${pluralize(instruments, "note")} omitted whose instrument is not in ${codec.name}`,
    );
  if (seconds > 0) console.say(`${path}: ${seconds.toFixed(2)} s of silence before the first note removed`);
}

/** @throws CommandError for a matrix of several windows. */
function fileOf(
  { windows }: EncodedMusic,
  codec: MusicCodec,
  { events, oneHot: isOneHot }: Pick<EncodeCommandOptions, "events" | "oneHot">,
): Uint8Array {
  if (isOneHot) {
    if (windows.length > 1) {
      throw new CommandError(
        `the ids of ${codec.name} are divided into ${windows.length} windows, and --one-hot writes the matrix of one`,
        "use a shorter file, or omit --one-hot",
      );
    }
    const ids = windows[0]?.ids ?? new Uint16Array();
    return writeNpy(oneHot(ids, codec.size), [ids.length, codec.size]);
  }
  const text = events
    ? codec
        .eventLines(windows)
        .map((line) => `${line}\n`)
        .join("")
    : `${JSON.stringify({ vocabulary: codec.name, ...idsOf(windows, codec) })}\n`;
  return new TextEncoder().encode(text);
}

/** The ids as in the JSON file: windows, or of a codec without windows the ids alone. */
function idsOf(windows: EncodedMusic["windows"], { isWindowed }: MusicCodec): object {
  const lists = windows.map(({ startStep, ids }) => ({ startStep, ids: [...ids] }));
  return isWindowed ? { windows: lists } : { ids: lists.flatMap(({ ids }) => ids) };
}
