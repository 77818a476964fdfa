import { type Command, Option } from "commander";
import { pluralize } from "../../encoding/pluralize.ts";
import {
  type Compatibility,
  encodeScore,
  eventText,
  oneHot,
  type TrackSelection,
  VOCABULARIES,
  writeNpy,
} from "../../encoding/index.ts";
import { Console } from "./console.ts";
import { UsageError } from "./errors.ts";
import { checkOutputs, checkWritable, readScore, writeOutput } from "./files.ts";
import { compatibilityOption, TRACKS_HELP, trackSelection } from "./values.ts";

interface EncodeCommandOptions {
  readonly out: string;
  readonly vocabulary: string;
  readonly events?: boolean;
  readonly oneHot?: boolean;
  readonly trim?: boolean;
  readonly lenient?: boolean;
  readonly compatibility?: Compatibility;
  readonly tracks?: TrackSelection;
  readonly quiet?: boolean;
  readonly json?: boolean;
}

export function addEncodeCommand(program: Command): void {
  program
    .command("encode")
    .summary("turn a MIDI file into event ids, the input of a model")
    .description(
      "Encodes the notes of a MIDI file as performance ids. The sustain pedal becomes longer notes; percussion is omitted. " +
        "The output is JSON with the vocabulary name and the ids, readable lines, or a one-hot matrix for NumPy.",
    )
    .argument("<file>", 'MIDI file; "-" reads stdin')
    .option("-o, --out <file>", 'file to write; "-" writes stdout', "-")
    .addOption(
      new Option("--vocabulary <name>", "vocabulary of the ids")
        .choices([...VOCABULARIES.keys()])
        .default("performance-388"),
    )
    .option("--events", "write readable events, one a line")
    .option("--one-hot", "write a NumPy .npy matrix, one row an event")
    .option("--trim", "remove the silence before the first note")
    .option("--tracks <list>", TRACKS_HELP, trackSelection)
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
        "  cat in.mid | ostinato encode - | ostinato decode - --out out.mid",
    )
    .action(runEncode);
}

async function runEncode(path: string, options: EncodeCommandOptions): Promise<void> {
  if (options.events && options.oneHot)
    throw new UsageError("--events and --one-hot exclude each other", "omit one of them");
  checkOutputs(options);
  const console = new Console({ quiet: options.quiet ?? false });
  await checkWritable(options.out);
  const score = await readScore(path, options, console);
  const vocabulary = VOCABULARIES.get(options.vocabulary);
  if (!vocabulary)
    throw new UsageError(
      `--vocabulary ${options.vocabulary} does not exist`,
      `use ${[...VOCABULARIES.keys()].join(" or ")}`,
    );
  const { ids, notes, trimmedSeconds, droppedNotes } = encodeScore(score, vocabulary, {
    trimLeadingSilence: options.trim ?? false,
    dropOutOfRange: true,
  });
  const drums = score.notes.filter((note) => note.isPercussion).length;
  if (drums > 0) console.say(`${path}: ${pluralize(drums, "note")} of percussion omitted`);
  if (droppedNotes > 0)
    console.say(
      `${path}: ${pluralize(droppedNotes, "note")} omitted whose pitch is not in ${vocabulary.name}`,
    );
  if (trimmedSeconds > 0)
    console.say(`${path}: ${trimmedSeconds.toFixed(2)} s of silence before the first note removed`);
  const data = options.oneHot
    ? writeNpy(oneHot(ids, vocabulary.size), [ids.length, vocabulary.size])
    : new TextEncoder().encode(
        options.events
          ? [...ids].map((id) => `${eventText(vocabulary.event(id), vocabulary)}\n`).join("")
          : `${JSON.stringify({ vocabulary: vocabulary.name, ids: [...ids] })}\n`,
      );
  await writeOutput(options.out, data);
  if (options.out !== "-")
    console.say(`${options.out}: ${pluralize(ids.length, "id")} of ${pluralize(notes.length, "note")}`);
  if (options.json) {
    const facts = {
      vocabulary: vocabulary.name,
      ids: ids.length,
      notes: notes.length,
      drums,
      droppedNotes,
      trimmedSeconds,
    };
    console.result({ out: options.out, ...facts });
  }
}
