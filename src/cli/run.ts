/** One run of the command line. */
import { type Command, CommanderError } from "commander";
import { RevisionError } from "../platform/node/index.ts";
import { escapeControls } from "../tools/control-characters.ts";
import { UsageError } from "./errors.ts";
import { hintOf } from "./hint.ts";
import { commandIo } from "./io.ts";
import { createProgram } from "./program.ts";

export const EXIT_FAILED = 1;
const EXIT_USAGE = 2;

/** Runs the command of the arguments and sets the exit code of `commandIo()`: 0 success, 1 failure, 2 usage error. */
export async function runCommandLine(parameters: readonly string[]): Promise<void> {
  const program = createProgram();
  let ran: Command | undefined;
  program.hook("preAction", (_program, command) => {
    ran = command;
  });
  try {
    await program.parseAsync(parameters, { from: "user" });
  } catch (error) {
    commandIo().exitCode = report(error, ran);
  }
}

/** Reports an error in one line. @param command the command that ran; undefined if none did. @returns the exit code. */
function report(error: unknown, command: Command | undefined): number {
  // Commander has already printed its message or the help.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : EXIT_USAGE;
  const message = error instanceof Error ? error.message : String(error);
  const hint = hintOf(error, command);
  const line = hint === undefined ? message.trim() : `${message.trim()} — ${hint}`;
  commandIo().stderr.write(`error: ${escapeControls(line)}\n`);
  return error instanceof UsageError || error instanceof RevisionError ? EXIT_USAGE : EXIT_FAILED;
}
