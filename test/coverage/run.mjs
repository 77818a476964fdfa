/**
 * Which lines of `encoding/`, `models/` and `src/` the tests run: `npm run coverage`. Many tests run the built command as
 * a process of its own, as users do; what those processes ran is counted with what ran in the tests themselves. What runs
 * in a browser is not, so these tests are skipped, and those of the packed package. Fails below 95 % of lines in any of
 * the three.
 */
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync, rmSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { mergeProcessCovs } from "@bcoe/v8-coverage";
import { convert } from "ast-v8-to-istanbul";
import istanbul from "istanbul-lib-coverage";
import { parseAstAsync } from "vite";
import { startVitest } from "vitest/node";

const WANTED_PERCENT = 95;
const ROOMS = ["encoding", "models", "src"];
/** Those whose tests run in Node, from what the checkout holds. */
const PROJECTS = ["unit", "engine", "cli", "docs"];

const root = fileURLToPath(new URL("../../", import.meta.url));
const folder = join(root, "coverage");
const processes = join(folder, "processes");

rmSync(folder, { recursive: true, force: true });
build();
run("npx", "tsc", "-p", "tsconfig.build.json", "--sourceMap");
// Read by Node in the processes that the tests start, not by the tests' own, which run already.
process.env.OSTINATO_PROCESS_COVERAGE = processes;
const vitest = await startVitest("test", process.argv.slice(2), {
  root,
  watch: false,
  project: PROJECTS,
  // Counting makes all of them slower.
  testTimeout: 600_000,
  coverage: {
    enabled: true,
    provider: "v8",
    include: ROOMS.map((room) => `${room}/**/*.ts`),
    exclude: ["test/**"],
    reporter: ["json"],
    reportsDirectory: join(folder, "tests"),
    reportOnFailure: true,
  },
});
await vitest.close();

const map = istanbul.createCoverageMap(
  JSON.parse(readFileSync(join(folder, "tests", "coverage-final.json"), "utf8")),
);
const linesOf = linesRun(map, await coverageOfProcesses());
build();
report(linesOf);

function build() {
  run("npm", "run", "--silent", "build:package");
}

function run(command, ...parameters) {
  const { status } = spawnSync(command, parameters, { cwd: root, stdio: "inherit" });
  if (status !== 0) throw new Error(`${command} ${parameters.join(" ")} failed`);
}

/** Coverage of the sources by the built command's processes, as far as they came to their end. */
async function coverageOfProcesses() {
  const dist = pathToFileURL(join(root, "dist/")).href;
  // Some tests run a copy of the package, or one that links to what is built here.
  const built = new RegExp(`^file:.*/dist/(?=(${ROOMS.join("|")})/)`);
  let merged = { result: [] };
  for (const name of readdirSync(processes)) {
    const result = resultIn(join(processes, name))
      .filter(({ url }) => built.test(url))
      .map((coverage) => ({ ...coverage, url: coverage.url.replace(built, dist) }));
    merged = mergeProcessCovs([merged, { result }]);
  }
  const sources = istanbul.createCoverageMap({});
  for (const coverage of merged.result) {
    const path = fileURLToPath(coverage.url);
    const code = readFileSync(path, "utf8");
    const sourceMap = JSON.parse(readFileSync(`${path}.map`, "utf8"));
    sources.merge(await convert({ code, sourceMap, coverage, ast: parseAstAsync(code) }));
  }
  return sources;
}

/** What a process wrote at its end; nothing of one that was killed meanwhile. */
function resultIn(path) {
  try {
    return JSON.parse(readFileSync(path, "utf8")).result;
  } catch {
    return [];
  }
}

/** Of each file, its lines with statements, and whether any process ran them. */
function linesRun(tests, others) {
  const built = new Map(others.files().map((file) => [file, others.fileCoverageFor(file).getLineCoverage()]));
  return new Map(
    tests.files().map((file) => {
      const elsewhere = built.get(file) ?? {};
      const lines = Object.entries(tests.fileCoverageFor(file).getLineCoverage());
      return [
        relative(root, file),
        lines.map(([line, count]) => [Number(line), count + (elsewhere[line] ?? 0) > 0]),
      ];
    }),
  );
}

/** The share of each folder, then the lines that nothing ran. */
function report(files) {
  const folders = new Map();
  for (const [file, lines] of files) {
    const parts = file.split("/").slice(0, -1);
    const names = new Set([parts[0], parts.slice(0, 2).join("/")]);
    for (const name of names) {
      const sum = folders.get(name) ?? { lines: 0, covered: 0 };
      sum.lines += lines.length;
      sum.covered += lines.filter(([, isRun]) => isRun).length;
      folders.set(name, sum);
    }
  }
  for (const [file, lines] of files) {
    const missing = lines.filter(([, isRun]) => !isRun).map(([line]) => line);
    if (missing.length > 0) say(`${file}: ${missing.join(" ")}`);
  }
  for (const [name, { lines, covered }] of [...folders].sort()) {
    if (lines === 0) continue; // nothing but types
    say(`${name.padEnd(20)} ${((100 * covered) / lines).toFixed(1)} %  ${covered} of ${lines} lines`);
  }
  for (const room of ROOMS) {
    const { lines, covered } = folders.get(room);
    if ((100 * covered) / lines < WANTED_PERCENT) process.exitCode = 1;
  }
}

function say(line) {
  process.stdout.write(`${line}\n`);
}
