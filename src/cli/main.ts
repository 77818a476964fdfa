#!/usr/bin/env node
/** The `ostinato` command: one file a command, exit codes 0 done, 1 failed, 2 wrong usage. */
import { readFileSync } from "node:fs";
import { Command, CommanderError } from "commander";
import { addAccompanyCommand } from "./accompany.ts";
import { addCompareCommand } from "./compare.ts";
import { addDatasetCommand } from "./dataset.ts";
import { addDecodeCommand } from "./decode.ts";
import { addDoctorCommand } from "./doctor.ts";
import { addEncodeCommand } from "./encode.ts";
import { addEvaluateCommand } from "./evaluate.ts";
import { UsageError } from "./errors.ts";
import { addGenerateCommand } from "./generate.ts";
import { addInfillCommand } from "./infill.ts";
import { addInspectCommand } from "./inspect.ts";
import { InterruptError } from "./interrupt.ts";
import { addModelsCommand } from "./models.ts";
import { addQuantizeCommand } from "./quantize.ts";
import { addRenderCommand } from "./render.ts";
import { addTextCommand } from "./text.ts";

const EXIT_FAILED = 1;
const EXIT_USAGE = 2;

await main();

async function main(): Promise<void> {
  // A reader such as "head" may close the pipe before all is written: that is its right, not our failure.
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    process.exit(error.code === "EPIPE" ? 0 : EXIT_FAILED);
  });
  const program = new Command("ostinato")
    .description("Symbolic-music generation: MIDI in, performance events through a transformer, MIDI out.")
    .version(packageVersion())
    .exitOverride()
    .showHelpAfterError("(add --help for usage and examples)")
    .configureHelp({ helpWidth: 100 });
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
  for (const command of program.commands) command.copyInheritedSettings(program);
  let out: unknown;
  program.hook("preAction", (_program, command) => {
    out = command.opts()["out"];
  });
  try {
    await program.parseAsync();
  } catch (error) {
    process.exitCode = report(error, typeof out === "string" ? out : undefined);
  }
}

function packageVersion(): string {
  const text = readFileSync(new URL("../../../package.json", import.meta.url), "utf8");
  const json: unknown = JSON.parse(text);
  const version = typeof json === "object" && json !== null && "version" in json ? json.version : undefined;
  return typeof version === "string" ? version : "unknown";
}

/** Says in one line what went wrong, and gives the exit code. @param out what the command was to write, if anything. */
function report(error: unknown, out: string | undefined): number {
  // Commander has already printed its message, or the help that was asked for.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : EXIT_USAGE;
  const message = error instanceof Error ? error.message : String(error);
  process.stderr.write(`error: ${[message, ...hintOf(error, out)].join(" — ")}\n`);
  return error instanceof UsageError ? EXIT_USAGE : EXIT_FAILED;
}

function hintOf(error: unknown, out: string | undefined): string[] {
  // Outputs are written whole, at the end.
  if (error instanceof InterruptError) return out === undefined ? [] : ["nothing was written"];
  return error instanceof Error && "hint" in error && typeof error.hint === "string" ? [error.hint] : [];
}
