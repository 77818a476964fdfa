/**
 * Runs a block of shell commands. `ostinato` runs in the test's process, from the sources, on words that bash has made of
 * its line; all else runs in bash, and what is said by the one is heard by the other.
 */
import { runCli } from "../cli/run-cli.ts";
import { run, type RunOptions, type RunResult } from "./run.ts";

export interface ShellOptions extends Omit<RunOptions, "stdin"> {
  /** The folder that holds the models which ship. */
  readonly packageRoot: string;
}

/** Ends with the first command that fails. */
export async function runInShell(text: string, options: ShellOptions): Promise<RunResult> {
  let all: RunResult = { code: 0, stdout: Buffer.of(), shown: "" };
  for (const command of commandsOf(text)) {
    const { code, stdout, shown } = await runPipeline(splitOutside(command, "|"), options);
    all = { code, stdout: Buffer.concat([all.stdout, stdout]), shown: all.shown + shown };
    if (code !== 0) break;
  }
  return all;
}

async function runPipeline(stages: readonly string[], options: ShellOptions): Promise<RunResult> {
  let stdin: Buffer = Buffer.of();
  let said = "";
  let failed: number | null = 0;
  for (const [index, stage] of stages.entries()) {
    const { code, stdout, shown, stderr } = await runStage(stage, { ...options, stdin });
    if (code !== 0) failed = code;
    said += index === stages.length - 1 ? shown : stderr;
    stdin = stdout;
  }
  return { code: failed, stdout: stdin, shown: said };
}

/** A stage of its own process, or of this. */
async function runStage(
  stage: string,
  options: ShellOptions & { readonly stdin: Buffer },
): Promise<RunResult & { readonly stderr: string }> {
  const { cwd, env, stdin, packageRoot } = options;
  const [whole, assignments = "", line] =
    /^\s*((?:\w+=\S*\s+)*)(?:npx )?ostinato((?:\s[^]*)?)$/.exec(stage) ?? [];
  // Redirections are the shell's.
  if (whole === undefined || line === undefined || splitOutside(line, ">").length > 1) {
    return run("bash", ["-e", "-o", "pipefail", "-c", stage], { cwd, env, stdin });
  }
  const words = await run("bash", ["-e", "-c", `printf '%s\\0' ${line}`], { cwd, env });
  const parameters = words.stdout.toString().split("\0").slice(0, -1);
  const more = Object.fromEntries(
    [...assignments.matchAll(/(\w+)=(\S*)/g)].map(([, name = "", value = ""]) => [name, value]),
  );
  const result = await runCli(line.trim() === "" ? [] : parameters, {
    stdin,
    cwd,
    env: { ...env, ...more },
    packageRoot,
  });
  return { ...result, stdout: result.stdoutBytes };
}

/** The commands of a text, without comments; a document that stands in it goes with its command. */
function commandsOf(text: string): string[] {
  const found: string[] = [];
  const lines = text.split("\n");
  for (let line = lines.shift(); line !== undefined; line = lines.shift()) {
    const end = /<<'?(\w+)'?/.exec(line)?.[1];
    if (end !== undefined) {
      const document = lines.splice(0, lines.indexOf(end) + 1);
      found.push([line, ...document].join("\n"));
      continue;
    }
    while (line.endsWith("\\") && lines.length > 0) line = line.slice(0, -1) + lines.shift();
    found.push(...splitOutside(splitOutside(line, " #")[0] ?? "", "&&"));
  }
  return found.filter((command) => command.trim() !== "");
}

/** Splits a line at a separator that stands in neither quotes nor parentheses. */
function splitOutside(line: string, separator: string): string[] {
  const parts: string[] = [];
  let quote = "";
  let depth = 0;
  let from = 0;
  for (let i = 0; i < line.length; i += 1) {
    const character = line[i] ?? "";
    if (quote !== "") quote = character === quote ? "" : quote;
    else if (character === "'" || character === '"') quote = character;
    else if (character === "(") depth += 1;
    else if (character === ")") depth -= 1;
    else if (depth === 0 && line.startsWith(separator, i)) {
      parts.push(line.slice(from, i));
      from = i + separator.length;
      i = from - 1;
    }
  }
  return [...parts, line.slice(from)];
}
