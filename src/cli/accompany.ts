import type { Command } from "commander";
import { compatibilityOption, TRACKS_EXAMPLES, trackSelection } from "./values.ts";
import { variationsOption } from "./variations-option.ts";
import { type AddingCommandOptions, writeInto } from "./write-into.ts";
import { addWritingOptions } from "./writing-options.ts";

export function addAccompanyCommand(program: Command): void {
  const command = program
    .command("accompany")
    .summary("add an accompaniment to a melody")
    .description(
      "Adds a piano accompaniment to a MIDI file; with a model of several instruments, a track for each. The melody stays " +
        "unchanged, to the tick. The accompaniment is in new tracks and ends with the melody.",
    )
    .argument("<melody>", 'MIDI file with the melody; "-" reads stdin')
    .requiredOption("-o, --out <file>", 'MIDI file to write; "-" writes stdout')
    .option("--tracks <list>", `tracks of the melody, ${TRACKS_EXAMPLES} (default: all)`, trackSelection)
    .addOption(variationsOption())
    .option("--lenient", "read the undamaged parts of a damaged file")
    .addOption(compatibilityOption());
  addWritingOptions(command)
    .addHelpText(
      "after",
      "\nExamples:\n" +
        "  ostinato accompany melody.mid --out piano.mid\n" +
        "  ostinato accompany song.mid --tracks 1 --top-p 0.95 --seed 7 --out piano.mid",
    )
    .action((path: string, options: AddingCommandOptions, self: Command) =>
      writeInto(path, options, self, { run: (model, melody, writing) => model.accompany(melody, writing) }),
    );
}
