import type { Command } from "commander";
import { LONGEST_REGION_SECONDS } from "../../encoding/index.ts";
import { UsageError } from "./errors.ts";
import { compatibilityOption, positiveNumber, timeValue } from "./values.ts";
import { writeInto } from "./write-into.ts";
import { addWritingOptions, type WritingCommandOptions } from "./writing-options.ts";

interface InfillCommandOptions extends WritingCommandOptions {
  readonly from: number;
  readonly to: number;
}

export function addInfillCommand(program: Command): void {
  const command = program
    .command("infill")
    .summary("replace a region of a MIDI file with new music")
    .description(
      `Replaces the notes that begin in a region of at most ${LONGEST_REGION_SECONDS} s with new notes that connect the music before and after. ` +
        "Everything outside the region stays unchanged, to the tick. The new notes are in a new track.",
    )
    .argument("<piece>", 'MIDI file; "-" reads stdin')
    .requiredOption("--from <s>", "start of the region, in seconds", timeValue)
    .requiredOption("--to <s>", "end of the region, in seconds", positiveNumber)
    .requiredOption("-o, --out <file>", 'MIDI file to write; "-" writes stdout')
    .option("--lenient", "read the undamaged parts of a damaged file")
    .addOption(compatibilityOption());
  addWritingOptions(command)
    .addHelpText(
      "after",
      "\nExamples:\n" +
        "  ostinato infill piece.mid --from 12.5 --to 20 --out new.mid\n" +
        "  ostinato infill piece.mid --from 0 --to 4 --temperature 0.9 --seed 7 --out intro.mid",
    )
    .action((path: string, options: InfillCommandOptions) => {
      const { from, to } = options;
      if (to <= from)
        throw new UsageError(
          `--to must be after --from, got ${from} to ${to}`,
          "use a later --to, in seconds",
        );
      if (to - from > LONGEST_REGION_SECONDS) {
        const hint = "infill it in parts";
        throw new UsageError(
          `a region can be at most ${LONGEST_REGION_SECONDS} s long, got ${from} to ${to}`,
          hint,
        );
      }
      return writeInto(path, options, (model, piece, writing) =>
        model.infill(piece, { ...writing, fromSeconds: from, toSeconds: to }),
      );
    });
}
