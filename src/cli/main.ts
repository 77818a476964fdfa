#!/usr/bin/env node
/** The `ostinato` command: one file a command, exit codes 0 done, 1 failed, 2 wrong usage. */
import { reasonOf } from "./files.ts";
import { EXIT_FAILED, runCommandLine } from "./run.ts";

// A reader such as "head" may close the pipe before all is written: that is its right, not our failure.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit(0);
  process.stderr.write(`error: cannot write to stdout: ${reasonOf(error)}\n`);
  process.exit(EXIT_FAILED);
});
await runCommandLine(process.argv.slice(2));
