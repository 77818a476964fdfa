/** Behavior common to all commands. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Command, CommanderError } from "commander";
import { describe, expect, it } from "vitest";
import { scoreFromNotes, writeMidi } from "../../encoding/index.ts";
import { createProgram } from "../../src/cli/program.ts";
import { runCli } from "./run-cli.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const names = createProgram().commands.map((command) => command.name());

/** The examples of a help text: its lines that run the command. */
function examplesOf(help: string): string[] {
  const examples = help.slice(help.search(/^Examples?:/m));
  return [...examples.matchAll(/\bostinato ((?:"[^"\n]*"|[^\n|>)#"])*)/g)].map(([, words = ""]) =>
    words.trim(),
  );
}

function helpOf(command: Command): string {
  let help = "";
  command.configureOutput({ writeOut: (text) => (help += text) }).outputHelp();
  return help;
}

/** Splits as a shell does, as far as examples go. */
function shellWords(line: string): string[] {
  return [...line.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map(
    ([, double, single, bare]) => double ?? single ?? bare ?? "",
  );
}

describe.each(names)("ostinato %s", (name) => {
  const command = createProgram().commands.find((one) => one.name() === name);
  if (!command) throw new Error(name);

  it("has help for the command, its arguments and every option", () => {
    expect(command.summary()).toMatch(/^[a-z].*[^.]$/);
    expect(command.description()).toMatch(/\.$/);
    for (const option of command.options) expect(option.description, option.flags).not.toBe("");
    for (const argument of command.registeredArguments)
      expect(argument.description, argument.name()).not.toBe("");
  });

  it("has examples that the parser accepts", () => {
    const examples = examplesOf(helpOf(command));
    expect(examples.length).toBeGreaterThan(0);
    expect(examples.some((words) => words.startsWith(name))).toBe(true);
    for (const words of examples) {
      const program = createProgram();
      for (const one of program.commands) one.action(() => undefined);
      expect(() => program.parse(shellWords(words), { from: "user" }), words).not.toThrow();
    }
  });

  it("has --quiet and --json", () => {
    // The result of completion is the script.
    if (name === "completion") return;
    expect(command.options.map(({ long }) => long)).toEqual(expect.arrayContaining(["--quiet", "--json"]));
  });

  it("exits with 2 for an unknown option, and refers to --help", () => {
    const program = createProgram();
    program.commands.forEach((one) => one.configureOutput({ writeErr: () => undefined }));
    try {
      program.parse([name, "--no-such-option"], { from: "user" });
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(CommanderError);
    }
  });
});

describe("the command line", () => {
  it("shows its version", async () => {
    const { version }: { version: string } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
    expect(await runCli(["--version"])).toMatchObject({ code: 0, stdout: `${version}\n`, stderr: "" });
  });

  it("prints help on stdout on request, on stderr for wrong usage", async () => {
    const asked = await runCli(["generate", "--help"]);
    expect(asked).toMatchObject({ code: 0, stderr: "" });
    expect(asked.stdout).toContain("Examples:");
    const unknown = await runCli(["genrate"]);
    expect(unknown).toMatchObject({ code: 2, stdout: "" });
    expect(unknown.stderr).toContain("(Did you mean generate?)");
    expect((await runCli([])).code).toBe(2);
  });

  it("refuses --json where the result itself goes to stdout", async () => {
    for (const parameters of [
      ["encode", "in.mid", "--json"],
      ["decode", "in.json", "--out", "-", "--json"],
      ["render", "in.mid", "--out", "-", "--json"],
      ["generate", "--out", "-", "--json"],
    ]) {
      const { code, stderr } = await runCli(parameters);
      expect(code, parameters.join(" ")).toBe(2);
      expect(stderr).toContain("--json and --out - both write to stdout");
    }
  });

  it("prints the summaries of encoding and decoding as JSON", async () => {
    const folder = mkdtempSync(join(tmpdir(), "ostinato-style-"));
    const [midi, ids, again] = ["in.mid", "ids.json", "out.mid"].map((name) => join(folder, name));
    const notes = [{ pitch: 60, velocity: 80, startSeconds: 1, endSeconds: 2 }];
    writeFileSync(midi ?? "", writeMidi(scoreFromNotes(notes)));
    const encoded = await runCli(["encode", midi ?? "", "--out", ids ?? "", "--json", "--trim"]);
    expect(JSON.parse(encoded.stdout)).toEqual({
      out: ids,
      vocabulary: "performance-388",
      ids: 4,
      notes: 1,
      drums: 0,
      droppedNotes: 0,
      trimmedSeconds: 1,
    });
    const decoded = await runCli(["decode", ids ?? "", "--out", again ?? "", "--json"]);
    expect(JSON.parse(decoded.stdout)).toEqual({
      out: again,
      vocabulary: "performance-388",
      notes: 1,
      ids: 4,
    });
  });

  it("uses colors on a terminal, unless NO_COLOR is set", () => {
    const main = join(root, "dist/src/cli/main.js");
    const onTerminal = (env: Record<string, string>): string => {
      // Node takes no colors for granted where tests run by themselves.
      const { CI: _, ...ours } = process.env;
      // `script` gives the command a terminal.
      const { stdout } = spawnSync(
        "script",
        ["-qec", `"${process.execPath}" "${main}" doctor`, "/dev/null"],
        {
          env: { ...ours, TERM: "xterm", ...env },
          encoding: "utf8",
        },
      );
      expect(stdout).toContain("no faults");
      return stdout;
    };
    expect(onTerminal({})).toContain("\u001b[32m✓");
    expect(onTerminal({ NO_COLOR: "1" })).not.toContain("\u001b[32m");
  });

  it("exits without an error when the reader closes the pipe", () => {
    const main = join(root, "dist/src/cli/main.js");
    const run = spawnSync(
      "bash",
      ["-c", `set -o pipefail; "${process.execPath}" "${main}" --help | head -1`],
      {
        encoding: "utf8",
      },
    );
    expect(run).toMatchObject({ status: 0, stderr: "" });
    expect(run.stdout).toContain("Usage: ostinato");
  });
});
