/** The code blocks of a Markdown file, and what comments before them say of how they are tested. */

export interface CodeBlock {
  /** The word after the fence; empty for pictures made of characters. */
  readonly language: string;
  readonly text: string;
  /** Of the opening fence, from 1. */
  readonly line: number;
  /** Why the test does not run it: `<!-- not run: needs PyTorch -->`. */
  readonly notRun: string | undefined;
  /** Whether it goes on where the block of the same language before it ended: `<!-- goes on -->`. */
  readonly goesOn: boolean;
  /** What it prints: the `text` or `json` block that follows with nothing but a comment between. */
  readonly output: Output | undefined;
}

export interface Output {
  readonly language: string;
  readonly text: string;
  /** Of its opening fence, from 1. */
  readonly line: number;
  /** Whether only the words are the same on every machine: `<!-- numbers differ -->` before the output. */
  readonly numbersDiffer: boolean;
}

interface Fenced {
  readonly language: string;
  readonly text: string;
  readonly line: number;
  readonly comment: string;
  /** Whether nothing but blank lines and the comment stands between it and the block before it. */
  readonly follows: boolean;
}

const OUTPUTS: ReadonlySet<string> = new Set(["text", "json"]);

/** All blocks that are not some other's output. */
export function codeBlocks(markdown: string): CodeBlock[] {
  const blocks: CodeBlock[] = [];
  for (const { language, text, line, comment, follows } of fencedBlocks(markdown)) {
    const before = blocks.at(-1);
    if (follows && OUTPUTS.has(language) && before && !before.output && !OUTPUTS.has(before.language)) {
      const output = { language, text, line, numbersDiffer: comment === "numbers differ" };
      blocks[blocks.length - 1] = { ...before, output };
      continue;
    }
    const notRun = /^not run: (.+)$/.exec(comment)?.[1];
    blocks.push({ language, text, line, notRun, goesOn: comment === "goes on", output: undefined });
  }
  return blocks;
}

/** The same Markdown with other outputs. @param texts by the lines of their opening fences. */
export function withOutputs(markdown: string, texts: ReadonlyMap<number, string>): string {
  const lines: string[] = [];
  let replaced = false;
  for (const [index, line] of markdown.split("\n").entries()) {
    if (replaced && line !== "```") continue;
    replaced = false;
    lines.push(line);
    const text = texts.get(index + 1);
    if (text === undefined) continue;
    if (text !== "") lines.push(text);
    replaced = true;
  }
  return lines.join("\n");
}

function fencedBlocks(markdown: string): Fenced[] {
  const found: Fenced[] = [];
  let open: { fence: string; language: string; line: number; lines: string[] } | undefined;
  let comment = "";
  let follows = false;
  for (const [index, line] of markdown.split("\n").entries()) {
    // A longer fence shows Markdown that has blocks of its own.
    const fence = /^(`{3,})(\w*)$/.exec(line);
    if (open) {
      if (line !== open.fence) open.lines.push(line);
      else {
        found.push({
          language: open.language,
          text: open.lines.join("\n"),
          line: open.line,
          comment,
          follows,
        });
        open = undefined;
        comment = "";
        follows = true;
      }
    } else if (fence) open = { fence: fence[1] ?? "", language: fence[2] ?? "", line: index + 1, lines: [] };
    else if (line.trim() !== "") {
      comment = /^<!-- (.+) -->$/.exec(line)?.[1] ?? "";
      if (comment === "") follows = false;
    }
  }
  return found;
}
