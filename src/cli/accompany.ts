import type { Command } from "commander";
import { TRACKS_HELP, trackSelection } from "./values.ts";
import { writeInto } from "./write-into.ts";
import { addWritingOptions, type WritingCommandOptions } from "./writing-options.ts";

export function addAccompanyCommand(program: Command): void {
  const command = program
    .command("accompany")
    .summary("write a piano part to a melody")
    .description(
      "Writes a piano part to the notes of a MIDI file. The output is the melody as it was, to the tick, and the part in a " +
        "track of its own. The part ends with the melody.",
    )
    .argument("<melody>", 'MIDI file with the melody; "-" reads stdin')
    .requiredOption("-o, --out <file>", 'MIDI file to write; "-" writes stdout')
    .option("--tracks <list>", `for the melody ${TRACKS_HELP}`, trackSelection)
    .option("--lenient", "salvage what can be read from a damaged file");
  addWritingOptions(command)
    .addHelpText(
      "after",
      "\nExamples:\n" +
        "  ostinato accompany melody.mid --out piano.mid\n" +
        "  ostinato accompany song.mid --tracks 1 --top-p 0.95 --seed 7 --out piano.mid",
    )
    .action((path: string, options: WritingCommandOptions) =>
      writeInto(path, options, (model, melody, writing) => model.accompany(melody, writing)),
    );
}
