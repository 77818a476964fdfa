/**
 * Builds `dist/`: `npm run build:package`. With `--if-changed` nothing is done if what is there was built, by this script
 * and file for file, from the same sources, settings and compiler.
 */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { chmodSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("./", import.meta.url));
const dist = join(root, "dist");
/** What `dist/` was built from, and what it held then; not part of the package. */
const stamp = join(dist, ".built");
const settings = [
  "package.json",
  "tsconfig.json",
  "tsconfig.build.json",
  "node_modules/typescript/package.json",
];

if (!process.argv.includes("--if-changed") || !isCurrent()) build();

function build() {
  rmSync(dist, { recursive: true, force: true });
  const tsc = join(root, "node_modules/typescript/bin/tsc");
  const before = digest(sources());
  const options = { cwd: root, stdio: "inherit" };
  const { status } = spawnSync(process.execPath, [tsc, "-p", "tsconfig.build.json"], options);
  if (status !== 0) process.exit(status ?? 1);
  chmodSync(join(dist, "src/cli/main.js"), 0o755);
  writeFileSync(stamp, `${before}\n${digest(filesIn("dist"))}\n`);
}

function isCurrent() {
  if (!existsSync(stamp)) return false;
  return readFileSync(stamp, "utf8") === `${digest(sources())}\n${digest(filesIn("dist"))}\n`;
}

function sources() {
  const typescript = ["encoding", "models", "src"].flatMap(filesIn).filter((path) => path.endsWith(".ts"));
  return [...settings, ...typescript];
}

/** Paths from the root. */
function filesIn(folder) {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name).slice(root.length))
    .filter((path) => join(root, path) !== stamp)
    .sort();
}

/** Of the names and the bytes. */
function digest(paths) {
  const hash = createHash("sha256");
  for (const path of paths) {
    const bytes = readFileSync(join(root, path));
    hash.update(`${path} ${bytes.length}\n`).update(bytes);
  }
  return hash.digest("hex");
}
