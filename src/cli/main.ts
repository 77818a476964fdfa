#!/usr/bin/env node
/** The `ostinato` command. Exit codes: 0 success, 1 failure, 2 usage error. */
import { reasonOf } from "./files.ts";
import { EXIT_FAILED, runCommandLine } from "./run.ts";

// A reader such as "head" may close the pipe early; that is not an error.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit(0);
  process.stderr.write(`error: cannot write to stdout: ${reasonOf(error)}\n`);
  process.exit(EXIT_FAILED);
});
await runCommandLine(process.argv.slice(2));
