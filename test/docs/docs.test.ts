/** Every code block of the documentation runs, and prints what is printed below it. */
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type CodeBlock, codeBlocks, type Output, withOutputs } from "./blocks.ts";
import { compilePrograms, type DocProgram, docPrograms, outputsOf, runProgram } from "./programs.ts";
import { markdownFiles } from "./markdown-files.ts";
import { fillScratch, packageIn, ROOT, scratchEnvironment } from "./scratch.ts";
import { runInShell } from "./shell.ts";
import { checkSources, sourcePath } from "./sources.ts";

/** `npm run docs` writes what the examples print now, with the models that ship, in place of what is there. */
const RENEWS = process.env["OSTINATO_DOCS"] === "renew";

/** Long enough for a slow machine that does other things. */
const PATIENCE = 300_000;

const scratch = mkdtempSync(join(tmpdir(), "ostinato-docs-"));
const place = { cwd: scratch, env: scratchEnvironment(scratch) };
const documents = markdownFiles().map((path) => {
  const blocks = codeBlocks(readFileSync(join(ROOT, path), "utf8"));
  return { path, blocks, programs: docPrograms(path, blocks), printed: new Map<number, string>() };
});
const programs = documents.flatMap((document) => document.programs);

let compilerSays = "";
let compilerSaysOfSources = "";

beforeAll(async () => {
  fillScratch(scratch, RENEWS);
  compilerSays = await compilePrograms(scratch, programs);
  compilerSaysOfSources = await checkSources(
    scratch,
    documents.flatMap(({ blocks }) => blocks),
  );
}, PATIENCE);

afterAll(() => {
  for (const { path, printed } of documents) {
    const file = join(ROOT, path);
    if (printed.size > 0) writeFileSync(file, withOutputs(readFileSync(file, "utf8"), printed));
  }
});

it("has a test for each language", () => {
  const strange = documents.flatMap(({ path, blocks }) =>
    blocks
      .filter(
        ({ language, notRun }) =>
          !["sh", "ts", "text", "json", "md", "mermaid", ""].includes(language) && !notRun,
      )
      .map(({ language, line }) => `${path}:${line} ${language}`),
  );
  expect(strange).toEqual([]);
});

it("has programs whose types are right", () => {
  expect(compilerSays).toBe("");
});

it("has source files whose types are right", () => {
  expect(compilerSaysOfSources).toBe("");
});

describe.each(documents.filter(({ blocks }) => blocks.some(isRun)))(
  "$path",
  ({ blocks, programs: ours, printed }) => {
    const check = (text: string, output: Output): void => {
      if (RENEWS) printed.set(output.line, withoutProgress(text).trim().replaceAll(/ +$/gm, ""));
      else expectOutput(text, output);
    };

    it.each(blocks.filter((block) => block.language === "sh" && isRun(block)))(
      "runs the commands of line $line",
      async ({ text, output }) => {
        const result = await runInShell(text, { ...place, packageRoot: packageIn(scratch, RENEWS) });
        expect(result.code, result.shown).toBe(0);
        if (output) check(output.language === "json" ? `${result.stdout}` : result.shown, output);
      },
      PATIENCE,
    );

    it.each(ours.filter(({ blocks: parts }) => parts.every(isRun)))(
      "runs the program $name",
      async ({ name, blocks: parts }: DocProgram) => {
        const result = await runProgram(join(scratch, "compiled", `${name}.js`), place);
        expect(result.code, result.shown).toBe(0);
        for (const [index, text] of outputsOf(`${result.stdout}`).entries()) {
          const output = parts[index]?.output;
          if (output) check(text, output);
        }
      },
      PATIENCE,
    );
  },
);

function isRun(block: CodeBlock): boolean {
  if (block.notRun !== undefined || sourcePath(block) !== undefined) return false;
  return block.language === "sh" || block.language === "ts";
}

/** Whether there are lines of progress depends on the machine's speed. */
function withoutProgress(text: string): string {
  const music = /^\d+ (events?|of \d+ s of sound), .* × real time\n/gm;
  return text.replaceAll(music, "").replaceAll(/^(looking at .*|\d+ tensors, the last .*)\n/gm, "");
}

/** Every line shown must have come, in that order; lines of progress may stand between. */
function expectOutput(printed: string, { language, text, numbersDiffer }: Output): void {
  if (language === "json") {
    expect(shape(JSON.parse(printed), numbersDiffer)).toEqual(shape(JSON.parse(text), numbersDiffer));
    return;
  }
  const comparable = (line: string): string =>
    (numbersDiffer ? line.replace(/[\d.,]*\d/g, "#").replace(/ +/g, " ") : line).trimEnd();
  const lines = printed.split("\n").map(comparable);
  const wanted = text.split("\n").map(comparable);
  let from = 0;
  for (const line of wanted) {
    const at = lines.indexOf(line, from);
    expect(at, `${JSON.stringify(line)} is not in:\n${printed}`).toBeGreaterThanOrEqual(0);
    from = at + 1;
  }
}

/** The value, without its numbers where they differ. */
function shape(value: unknown, numbersDiffer: boolean): unknown {
  if (!numbersDiffer) return value;
  return JSON.parse(JSON.stringify(value, (_, part: unknown) => (typeof part === "number" ? 0 : part)));
}
