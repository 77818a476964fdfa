/** Every command has its page, and the examples of every `--help` work. */
import { existsSync, mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { createProgram } from "../../src/cli/program.ts";
import { runCli } from "../cli/run-cli.ts";
import { fillScratch, packageIn, ROOT, scratchEnvironment } from "./scratch.ts";
import { runInShell } from "./shell.ts";

const PATIENCE = 300_000;
/** For other shells, or for minutes. */
const NOT_RUN = /completion (zsh|fish)|--count 100/;

const scratch = mkdtempSync(join(tmpdir(), "ostinato-help-"));
const place = { cwd: scratch, env: scratchEnvironment(scratch), packageRoot: packageIn(scratch, false) };
const names = createProgram().commands.map((command) => command.name());

beforeAll(() => fillScratch(scratch, false));

it.each(names)("%s has a page, and the list has a link to it", (name) => {
  expect(existsSync(join(ROOT, `docs/commands/${name}.md`))).toBe(true);
  expect(readFileSync(join(ROOT, "docs/commands/README.md"), "utf8")).toContain(`[${name}](${name}.md)`);
  // Whose output docs.test.ts compares.
  const page = readFileSync(join(ROOT, `docs/commands/${name}.md`), "utf8");
  expect(page).toContain(`\nostinato ${name} --help\n\`\`\`\n\n\`\`\`text\nUsage: ostinato ${name} `);
});

describe.each(names)("%s", (name) => {
  it(
    "has examples in its help that work",
    async () => {
      const { stdout } = await runCli([name, "--help"]);
      const examples = (stdout.split(/^Examples?:$/m)[1] ?? "").trim().split("\n");
      for (const example of examples.filter((line) => !NOT_RUN.test(line))) {
        const { code, shown } = await runInShell(example, place);
        expect(code, `${example}\n${shown}`).toBe(0);
      }
    },
    PATIENCE,
  );
});
