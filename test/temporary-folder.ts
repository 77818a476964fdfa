/**
 * One temporary folder for a whole run of the tests, in which `tmpdir()` lies for them and for every command they start.
 * What tests leave there goes with it, also what was left by a process that had to be killed.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export function setup(): () => void {
  const folder = mkdtempSync(join(tmpdir(), "ostinato-test-"));
  // The names that Node, Python, npm and Chromium go by on POSIX and on Windows.
  for (const name of ["TMPDIR", "TEMP", "TMP"]) process.env[name] = folder;
  return () => rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}
