/** Declares the commands and options, for `main` and for the shell completions. */
import { Command } from "commander";
import { escapeControls, LAYOUT } from "../tools/control-characters.ts";
import { packageFacts } from "../platform/node/index.ts";
import { addAccompanyCommand } from "./accompany.ts";
import { addCompareCommand } from "./compare.ts";
import { addDatasetCommand } from "./dataset.ts";
import { addDecodeCommand } from "./decode.ts";
import { addDoctorCommand } from "./doctor.ts";
import { addEncodeCommand } from "./encode.ts";
import { addEvaluateCommand } from "./evaluate.ts";
import { addGenerateCommand } from "./generate.ts";
import { addInfillCommand } from "./infill.ts";
import { addInspectCommand } from "./inspect.ts";
import { addModelsCommand } from "./models.ts";
import { addQuantizeCommand } from "./quantize.ts";
import { addRenderCommand } from "./render.ts";
import { addTextCommand } from "./text.ts";
import { addCompletionCommand } from "./completion/completion.ts";
import { commandIo } from "./io.ts";

export function createProgram(): Command {
  const program = new Command("ostinato")
    .description("Generates symbolic music with a transformer: MIDI files in, MIDI files out.")
    .version(packageFacts().version)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => void commandIo().stdout.write(text),
      writeErr: (text) => void commandIo().stderr.write(text),
      outputError: (text, write) => write(escapeControls(text, LAYOUT)),
    })
    .showHelpAfterError("(add --help for usage and examples)")
    .configureHelp({ helpWidth: 100 })
    .addHelpText(
      "after",
      "\nExamples:\n" +
        "  ostinato generate --seconds 30 --seed 1 --out first.mid\n" +
        "  ostinato render first.mid --out first.wav\n" +
        '  ostinato text "ROMEO:" --seed 7\n' +
        "\nExamples of each command: ostinato generate --help\n" +
        "Exit codes: 0 success, 1 failure, 2 usage error.",
    );
  addGenerateCommand(program);
  addAccompanyCommand(program);
  addInfillCommand(program);
  addRenderCommand(program);
  addTextCommand(program);
  addEncodeCommand(program);
  addDecodeCommand(program);
  addInspectCommand(program);
  addEvaluateCommand(program);
  addQuantizeCommand(program);
  addDatasetCommand(program);
  addCompareCommand(program);
  addModelsCommand(program);
  addDoctorCommand(program);
  addCompletionCommand(program);
  for (const command of program.commands) command.copyInheritedSettings(program);
  return program;
}
