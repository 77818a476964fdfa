import { Argument, type Command } from "commander";
import { Console } from "../console.ts";
import { bashCompletion } from "./bash.ts";
import { fishCompletion } from "./fish.ts";
import { zshCompletion } from "./zsh.ts";

const SHELLS = { bash: bashCompletion, zsh: zshCompletion, fish: fishCompletion } as const;

type Shell = keyof typeof SHELLS;

export function addCompletionCommand(program: Command): void {
  program
    .command("completion")
    .summary("print a script that completes commands and options in a shell")
    .description(
      "Prints a script for the Tab key: commands, options, their choices and file names. It is made from the same " +
        "declarations as the help texts.",
    )
    .addArgument(new Argument("<shell>", "which shell").choices(Object.keys(SHELLS)))
    .addHelpText(
      "after",
      "\nExamples:\n" +
        '  eval "$(ostinato completion bash)"      # in ~/.bashrc\n' +
        '  eval "$(ostinato completion zsh)"       # in ~/.zshrc, after compinit\n' +
        "  ostinato completion fish > ~/.config/fish/completions/ostinato.fish",
    )
    .action((shell: Shell) => new Console({ quiet: true }).write(SHELLS[shell](program)));
}
