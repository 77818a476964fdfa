import { availableParallelism } from "node:os";
import { basename } from "node:path";
import { defineConfig, type TestProjectInlineConfiguration } from "vitest/config";
import { Sequencer } from "./test/sequencer.ts";

/** Tests that run a model or the synthesizer. */
const ENGINE = [
  "test/{engine,music,text,platform/browser/worker,tools/render}/**/*.test.ts",
  "test/platform/browser/load-text.test.ts",
  "test/tools/evaluate/evaluate-band.test.ts",
  "test/models/**/{activation,attention,decoder,matrix,piano,shakespeare}.test.ts",
];
/** Tests of the command, some of which start it as a process of its own. */
const CLI = [
  "test/{cli,faults}/**/*.test.ts",
  "test/tools/dataset/{arrival-dataset,build,tasks}.test.ts",
  "test/tools/evaluate/tasks.test.ts",
  "test/**/hub/partial-file.test.ts",
];
const PAGE = ["test/browser/**/*.test.ts"];
const DOCS = ["test/{docs,bench}/**/*.test.ts"];
const PACKAGE = ["test/package/**/*.test.ts"];

const SECOND = 1000;

/** For tests of commands, in processes of their own or in the test's. */
const BUILT = {
  globalSetup: "test/build-package.ts",
  setupFiles: ["test/cli/in-process.ts", "test/native-threads.ts"],
};

/** Tests of these wait: for sound as it is played, for other processes. So two more run than there are processors. */
const WAITING = { maxWorkers: availableParallelism() + 2, sequence: { groupOrder: 0 } };
/** Tests of these compute. More processes than processors load the same modules more often, and save no time. */
const COMPUTING = { maxWorkers: availableParallelism(), sequence: { groupOrder: 1 } };

const PROJECTS = [
  project("unit", {
    ...COMPUTING,
    include: ["test/**/*.test.ts"],
    exclude: [...ENGINE, ...CLI, ...PAGE, ...DOCS, ...PACKAGE],
    // More than half the time went into loading the same modules for each file.
    isolate: false,
    setupFiles: "test/no-process.ts",
    testTimeout: 60 * SECOND,
  }),
  project("engine", {
    ...COMPUTING,
    include: ENGINE,
    isolate: false,
    setupFiles: "test/native-threads.ts",
    testTimeout: 120 * SECOND,
  }),
  project("cli", { ...COMPUTING, include: CLI, isolate: false, testTimeout: 120 * SECOND, ...BUILT }),
  project("page", {
    ...WAITING,
    include: PAGE,
    isolate: false,
    testTimeout: 60 * SECOND,
    globalSetup: "test/browser/build-pages.ts",
    // Of a page that is asked again and again until it shows something: it may be a busy machine's.
    expect: { poll: { timeout: 120 * SECOND } },
  }),
  project("docs", {
    ...WAITING,
    include: DOCS,
    testTimeout: 60 * SECOND,
    ...BUILT,
    // The programs of the documentation, which import the package as users' do.
    server: { deps: { external: [/\/ostinato-docs-\w+\/compiled\//] } },
  }),
  project("package", {
    ...WAITING,
    include: PACKAGE,
    testTimeout: 240 * SECOND,
    globalSetup: ["test/build-package.ts", "test/package/packed.ts"],
  }),
];

export default defineConfig({
  test: {
    globalSetup: "test/temporary-folder.ts",
    sequence: { sequencer: Sequencer },
    projects: isPlain(process.argv) ? PROJECTS.slice(0, 1) : PROJECTS,
  },
});

function project(
  name: string,
  test: NonNullable<TestProjectInlineConfiguration["test"]>,
): TestProjectInlineConfiguration {
  const common = { hookTimeout: 120 * SECOND };
  // For the processes that tests start, under `npm run coverage`.
  const folder = process.env["OSTINATO_PROCESS_COVERAGE"];
  const env = folder === undefined ? {} : { NODE_V8_COVERAGE: folder };
  return { test: { name, ...common, ...test, env } };
}

/** Whether `vitest` was started with no project and no file named: it runs the project `unit` alone then. */
function isPlain([, program = "", ...parameters]: readonly string[]): boolean {
  if (!basename(program).startsWith("vitest")) return false;
  const commands = new Set(["run", "watch", "dev", "list"]);
  return parameters.every((word) =>
    word.startsWith("-") ? !word.startsWith("--project") : commands.has(word),
  );
}
