import type { Command } from "commander";
import { LONGEST_REGION_SECONDS } from "../../encoding/index.ts";
import { BandModel } from "../music/index.ts";
import { UsageError } from "./errors.ts";
import { compatibilityOption, positiveNumber, timeValue, TRACKS_EXAMPLES, trackSelection } from "./values.ts";
import { variationsOption } from "./variations-option.ts";
import { type AddingCommandOptions, writeInto } from "./write-into.ts";
import { addWritingOptions } from "./writing-options.ts";

interface InfillCommandOptions extends AddingCommandOptions {
  readonly from: number;
  readonly to: number;
}

export function addInfillCommand(program: Command): void {
  const command = program
    .command("infill")
    .summary("replace a region of a MIDI file with new music")
    .description(
      "Replaces the notes that begin in a region with new notes that connect the music before and after. With the piano " +
        `model a region is at most ${LONGEST_REGION_SECONDS} s long. ` +
        "Everything outside the region stays unchanged, to the tick. The new notes are in new tracks.",
    )
    .argument("<piece>", 'MIDI file; "-" reads stdin')
    .requiredOption("--from <s>", "start of the region, in seconds", timeValue)
    .requiredOption("--to <s>", "end of the region, in seconds", positiveNumber)
    .requiredOption("-o, --out <file>", 'MIDI file to write; "-" writes stdout')
    .option(
      "--tracks <list>",
      `with a model of several instruments: replace the notes of these tracks only, ${TRACKS_EXAMPLES} (default: all)`,
      trackSelection,
    )
    .addOption(variationsOption())
    .option("--lenient", "read the undamaged parts of a damaged file")
    .addOption(compatibilityOption());
  addWritingOptions(command)
    .addHelpText(
      "after",
      "\nExamples:\n" +
        "  ostinato infill piece.mid --from 12.5 --to 20 --out new.mid\n" +
        "  ostinato infill piece.mid --from 0 --to 4 --temperature 0.9 --seed 7 --out intro.mid",
    )
    .action(runInfill);
}

async function runInfill(path: string, options: InfillCommandOptions, command: Command): Promise<void> {
  const { from, to, tracks, ...writing } = options;
  if (to <= from) {
    const hint = "use a later --to, in seconds";
    throw new UsageError(`--to must be after --from, got ${from} to ${to}`, hint);
  }
  const region = { fromSeconds: from, toSeconds: to };
  await writeInto(path, writing, command, {
    check: (kind) => {
      if (kind === "arrival") return;
      if (to - from > LONGEST_REGION_SECONDS) {
        const hint = "infill it in parts";
        throw new UsageError(
          `a region can be at most ${LONGEST_REGION_SECONDS} s long, got ${from} to ${to}`,
          hint,
        );
      }
      if (tracks) {
        throw new UsageError(
          `--tracks needs a model of several instruments, and ${options.model} plays the piano`,
          "omit --tracks: the notes of all tracks are replaced; or choose another --model",
        );
      }
    },
    run: (model, piece, generation) =>
      model instanceof BandModel
        ? model.infill(piece, { ...generation, ...region, tracks })
        : model.infill(piece, { ...generation, ...region }),
  });
}
