import { cpSync, mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../", import.meta.url));

/** Copies the built package, dependencies linked, so that a test may damage it. @returns its command. */
export function copyPackage(folder: string): string {
  mkdirSync(folder, { recursive: true });
  for (const name of ["package.json", "dist", "models/piano", "models/shakespeare", "sounds"]) {
    cpSync(join(root, name), join(folder, name), { recursive: true });
  }
  symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));
  return join(folder, "dist/src/cli/main.js");
}
