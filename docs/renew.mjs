/**
 * Renews what can go stale in the documentation, after a change of a command or of the models that ship: `npm run docs`.
 * The pictures are drawn, docs/benchmarks.md is made, all examples run, and their output is put below them.
 */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import "./pictures/transfer.mjs";
import "./pictures/tutorial.mjs";
import "../bench/results/page.mjs";

const root = fileURLToPath(new URL("../", import.meta.url));
const { status } = spawnSync("npx", ["vitest", "run", "test/docs", "--testTimeout", "300000"], {
  cwd: root,
  env: { ...process.env, OSTINATO_DOCS: "renew" },
  stdio: "inherit",
});
process.exitCode = status ?? 1;
