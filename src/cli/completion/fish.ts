import type { Command } from "commander";
import { type OptionWords, type Value, wordsOf } from "./words.ts";

/** The completion script for fish. */
export function fishCompletion(program: Command): string {
  const { commands, options } = wordsOf(program);
  const first = "__fish_use_subcommand";
  const lines = [
    "# Completion of ostinato for fish. Into ~/.config/fish/completions: ostinato completion fish > ostinato.fish",
    "complete -c ostinato -f",
    ...options.map((option) => `${line(first)}${optionPart(option)}`),
    ...commands.map(({ name, help }) => `${line(first)} -a ${name} -d ${quoted(help)}`),
    `${line("__fish_seen_subcommand_from help")} -a ${quoted(commands.map(({ name }) => name).join(" "))}`,
    ...commands.flatMap(({ name, options: own, values: [value] }) => {
      const within = line(`__fish_seen_subcommand_from ${name}`);
      const operands = value ? valuePart(value) : "";
      // Operands are not offered as the value of an option.
      const valued = own.filter((option) => option.value).flatMap(({ flags }) => flags);
      const isOperand = `__fish_seen_subcommand_from ${name}; and not __fish_prev_arg_in ${valued.join(" ")}`;
      return [
        ...own.map((option) => `${within}${optionPart(option)}`),
        ...(operands === "" ? [] : [`${line(isOperand)}${operands}`]),
      ];
    }),
  ];
  return `${lines.join("\n")}\n`;
}

function line(condition: string): string {
  return `complete -c ostinato -n ${quoted(condition)}`;
}

function optionPart({ flags, help, value }: OptionWords): string {
  const names = flags.map((flag) =>
    flag.startsWith("--") ? ` -l ${flag.slice(2)}` : ` -s ${flag.slice(1)}`,
  );
  const argument = value ? ` ${value.paths === "files" ? "-r" : "-x"}${valuePart(value)}` : "";
  return `${names.join("")} -d ${quoted(help)}${argument}`;
}

function valuePart({ words, paths }: Value): string {
  const folders = paths === "folders" ? ["(__fish_complete_directories)"] : [];
  const offered = [...words, ...folders].join(" ");
  return `${paths === "files" ? " -F" : ""}${offered === "" ? "" : ` -a ${quoted(offered)}`}`;
}

function quoted(text: string): string {
  return `'${text.replaceAll(/['\\]/g, String.raw`\$&`)}'`;
}
