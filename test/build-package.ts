/**
 * Builds `dist/` for the tests that start the command as a process, run its threads, or pack it, unless what is there was
 * built from the same sources: what was built before may be older.
 */
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";

export function setup(): void {
  // `npm run coverage` has built it with source maps.
  if (process.env["OSTINATO_PROCESS_COVERAGE"] !== undefined) return;
  const script = fileURLToPath(new URL("../build-package.mjs", import.meta.url));
  execFileSync(process.execPath, [script, "--if-changed"], { stdio: "inherit" });
}
