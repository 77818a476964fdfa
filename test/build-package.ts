/**
 * Builds `dist/` once for a run of the tests that start the command as a process, or pack it: what was built before may
 * be older than the sources.
 */
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";

// `npm run coverage` has built it with source maps.
let isBuilt = process.env["OSTINATO_PROCESS_COVERAGE"] !== undefined;

export function setup(): void {
  if (isBuilt) return;
  isBuilt = true;
  const cwd = fileURLToPath(new URL("../", import.meta.url));
  execFileSync("npm", ["run", "--silent", "build:package"], { cwd, stdio: "inherit" });
}
