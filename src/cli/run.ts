/** One run of the command line. */
import { CommanderError } from "commander";
import { escapeControls } from "../tools/control-characters.ts";
import { isErrorWithHint } from "../errors.ts";
import { UsageError } from "./errors.ts";
import { InterruptError } from "./interrupt.ts";
import { commandIo } from "./io.ts";
import { createProgram } from "./program.ts";

export const EXIT_FAILED = 1;
const EXIT_USAGE = 2;

/** Runs the command of the arguments and sets the exit code of `commandIo()`: 0 success, 1 failure, 2 usage error. */
export async function runCommandLine(parameters: readonly string[]): Promise<void> {
  const program = createProgram();
  let out: unknown;
  program.hook("preAction", (_program, command) => {
    out = command.opts()["out"];
  });
  try {
    await program.parseAsync(parameters, { from: "user" });
  } catch (error) {
    commandIo().exitCode = report(error, typeof out === "string" ? out : undefined);
  }
}

/** Reports an error in one line. @param out the output file, if any. @returns the exit code. */
function report(error: unknown, out: string | undefined): number {
  // Commander has already printed its message or the help.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : EXIT_USAGE;
  const message = error instanceof Error ? error.message : String(error);
  const line = [message.trim(), ...hintOf(error, out)].join(" — ");
  commandIo().stderr.write(`error: ${escapeControls(line)}\n`);
  return error instanceof UsageError ? EXIT_USAGE : EXIT_FAILED;
}

function hintOf(error: unknown, out: string | undefined): string[] {
  // Outputs are written completely at the end.
  if (error instanceof InterruptError) return out === undefined ? [] : ["nothing was written"];
  return isErrorWithHint(error) ? [error.hint] : [];
}
