import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { wordsOf } from "../../../src/cli/completion/words.ts";
import { createProgram } from "../../../src/cli/program.ts";
import { SAMPLING_OPTIONS } from "../../../src/options.ts";
import { runCli } from "../run-cli.ts";

let folder = "";

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "ostinato-completion-"));
  mkdirSync(join(folder, "pieces of 1905"));
  writeFileSync(join(folder, "piece one.mid"), "");
  for (const shell of ["bash", "zsh", "fish"]) {
    writeFileSync(join(folder, `completion.${shell}`), (await runCli(["completion", shell])).stdout);
  }
});

/** Inputs for every shell, and the expected completions. */
const QUESTIONS = [
  { typed: ["gen"], offers: ["generate"] },
  { typed: ["--vers"], offers: ["--version"] },
  { typed: ["generate", "--top"], offers: ["--top-k", "--top-n-sigma", "--top-p"] },
  { typed: ["generate", "--precision", ""], offers: ["auto", "fp32", "int4", "int8"] },
  { typed: ["infill", "--dynamics", "m"], offers: ["mf", "mp"] },
  { typed: ["text", "--model", "sh"], offers: ["shakespeare"] },
  { typed: ["text", "--seed", ""], offers: [] },
  { typed: ["inspect", "pian"], offers: ["piano"] },
  { typed: ["encode", "piec"], offers: ["piece one.mid", "pieces of 1905"] },
  { typed: ["compare", "piec"], offers: ["pieces of 1905"] },
  { typed: ["generate", "--out", "piece "], offers: ["piece one.mid"] },
  { typed: ["completion", ""], offers: ["bash", "fish", "zsh"] },
  { typed: ["help", "doc"], offers: ["doctor"] },
] as const;

/** Milliseconds for a shell that hangs. */
const PATIENCE = 120_000;

describe("in bash", () => {
  it.each(QUESTIONS)("completes ostinato $typed with $offers", ({ typed, offers }) => {
    const script =
      `source completion.bash; COMP_WORDS=(ostinato "$@"); COMP_CWORD=$#; _ostinato; ` +
      `for word in "\${COMPREPLY[@]}"; do printf '%s\\n' "$word"; done`;
    const out = execFileSync("bash", ["--norc", "-c", script, "bash", ...typed], {
      cwd: folder,
      encoding: "utf8",
      timeout: PATIENCE,
    });
    expect(linesOf(out)).toEqual(offers);
  });
});

const has = (shell: string): boolean => spawnSync(shell, ["--version"]).status === 0;
/** Where everything must be there, what is not there fails instead. */
const mayBeMissing = process.env["CI"] === undefined;

describe.skipIf(mayBeMissing && !has("fish"))("in fish", () => {
  it.each(QUESTIONS)("completes ostinato $typed with $offers", ({ typed, offers }) => {
    const typedLine = ["ostinato", ...typed.map((word) => word.replaceAll(" ", "\\ "))].join(" ");
    const script = "source completion.fish; complete -C $argv[1]";
    const out = execFileSync("fish", ["--no-config", "-c", script, typedLine], {
      cwd: folder,
      encoding: "utf8",
      timeout: PATIENCE,
    });
    const offered = linesOf(out).map((line) =>
      (line.split("\t")[0] ?? "").replace(/\/$/, "").replaceAll("\\ ", " "),
    );
    expect(offered.sort()).toEqual(offers);
  });
});

describe.skipIf(mayBeMissing && !has("zsh"))("in zsh", () => {
  // A real line editor: the Tab key completes what only one thing can follow, and a stand-in prints what it was given.
  it.each(QUESTIONS.filter(({ offers }) => offers.length === 1))(
    "completes ostinato $typed to $offers",
    ({ typed, offers: [offer] }) => {
      const keys = ["ostinato", ...typed.map((word) => word.replaceAll(" ", "\\ "))].join(" ");
      const out = execFileSync("zsh", ["-f", "-c", ZSH_DRIVER, "zsh", `${keys}\t`], {
        cwd: folder,
        encoding: "utf8",
        timeout: PATIENCE,
      });
      const [, got] = /<got>(.*?)<\/got>/.exec(out) ?? [];
      expect(got?.split("|")).toEqual([...typed.slice(0, -1), offer]);
    },
  );
});

/** Runs an interactive zsh on a pseudoterminal. */
const ZSH_DRIVER = `
zmodload zsh/zpty zsh/zselect
zpty inner 'TERM=dumb zsh -f -i'
heard=
until_seen() {
  local piece; integer tries
  for ((tries = 0; tries < 5000; tries += 1)); do
    while zpty -r -t inner piece; do heard+=$piece; done
    [[ $heard == *$1* ]] && return
    zselect -t 2
  done
  print -r -- "never seen: $1 in: $heard"; exit 1
}
zpty -w inner 'PS1=; autoload -Uz compinit && compinit -D -u; source ./completion.zsh'
# One key that completes and then runs the line: a Return that came while the completion is at work would be lost.
zpty -w inner 'complete-and-run() { zle expand-or-complete; zle accept-line }; zle -N complete-and-run'
zpty -w inner "bindkey '^I' complete-and-run"
zpty -w inner 'ostinato() { print -r -- "<go""t>\${(j:|:)\${@%/}}</got>" }; print rea""dy'
until_seen ready
heard=
zpty -w -n inner "$1"
until_seen "</got>"
print -r -- "$heard"
zpty -d inner
`;

describe("the words", () => {
  const { commands } = wordsOf(createProgram());

  it("contain every command and option of the help texts", async () => {
    const { stdout } = await runCli(["--help"]);
    const shown = [...stdout.matchAll(/^ {2}([a-z]+) .*/gm)]
      .map(([, name]) => name)
      .filter((name) => name !== "ostinato");
    expect([...commands.map(({ name }) => name), "help"]).toEqual(shown);
  });

  it("contain the options of the common table", () => {
    const flags = commands.find(({ name }) => name === "generate")?.options.flatMap((option) => option.flags);
    for (const { flag } of SAMPLING_OPTIONS) expect(flags).toContain(flag);
  });
});

it("refuses an unknown shell", async () => {
  const { code, stderr } = await runCli(["completion", "tcsh"]);
  expect(code).toBe(2);
  expect(stderr).toContain("Allowed choices are bash, zsh, fish");
});

function linesOf(text: string): string[] {
  return text
    .split("\n")
    .filter((line) => line !== "")
    .sort();
}
