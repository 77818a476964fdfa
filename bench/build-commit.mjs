/** Builds the package at another commit, for comparisons with it. */
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, symlinkSync } from "node:fs";
import { join, resolve } from "node:path";

const root = resolve(import.meta.dirname, "..");

/**
 * Checks out a commit below `folder` as a worktree of this repository, with the packages installed here, and builds it; once.
 *
 * @returns its short name, and the folder of the built package.
 */
export function buildCommit(commit, folder) {
  const git = (...rest) => execFileSync("git", rest, { cwd: root, encoding: "utf8" }).trim();
  const name = git("rev-parse", "--short", `${commit}^{commit}`);
  mkdirSync(folder, { recursive: true });
  const tree = join(resolve(folder), `ostinato-${name}`);
  if (!existsSync(tree)) {
    git("worktree", "prune");
    git("worktree", "add", "--detach", tree, name);
    symlinkSync(join(root, "node_modules"), join(tree, "node_modules"));
  }
  if (!existsSync(join(tree, "dist"))) {
    execFileSync("npm", ["run", "build:package"], {
      cwd: tree,
      stdio: ["ignore", "ignore", "inherit"],
    });
  }
  return { name, root: tree };
}
