/** What may be typed, read out of the commands' declarations: the same for every shell. */
import type { Argument, Command, Option } from "commander";
import { shippedNames } from "../../platform/node/index.ts";

/** What stands in the place of a value. */
export interface Value {
  /** These words. */
  readonly words: readonly string[];
  /** And names of the file system. */
  readonly paths: "files" | "folders" | undefined;
}

export interface OptionWords {
  /** "--out", and before it "-o" where there is one. */
  readonly flags: readonly string[];
  readonly help: string;
  /** Undefined for options that take none. */
  readonly value: Value | undefined;
}

export interface CommandWords {
  readonly name: string;
  readonly help: string;
  readonly options: readonly OptionWords[];
  /** What its arguments are. */
  readonly values: readonly Value[];
  /** The last argument may come again. */
  readonly isVariadic: boolean;
}

/** @returns the commands of a program, and what may come before one. */
export function wordsOf(program: Command): {
  readonly commands: readonly CommandWords[];
  readonly options: readonly OptionWords[];
} {
  const help = program.createHelp();
  const optionsOf = (command: Command): OptionWords[] => help.visibleOptions(command).map(optionWords);
  const commands = program.commands.map((command) => ({
    name: command.name(),
    help: command.summary(),
    options: optionsOf(command),
    values: command.registeredArguments.map(argumentValue),
    isVariadic: command.registeredArguments.at(-1)?.variadic ?? false,
  }));
  return { commands, options: optionsOf(program) };
}

function optionWords(option: Option): OptionWords {
  const { short, long, description, argChoices } = option;
  const [, placeholder] = /[<[](.*?)[\]>]/.exec(option.flags) ?? [];
  const flags = [short, long].filter((flag) => flag !== undefined);
  const value =
    placeholder === undefined ? undefined : valueOf(long === "--model" ? "model" : placeholder, argChoices);
  return { flags, help: description, value };
}

function argumentValue(argument: Argument): Value {
  return valueOf(argument.name(), argument.argChoices);
}

/** @param name as help shows it, in place of the value. */
function valueOf(name: string, choices: readonly string[] = []): Value {
  if (choices.length > 0) return { words: choices, paths: undefined };
  if (name === "model") return { words: shippedNames(), paths: "folders" };
  if (name === "file or model") return { words: shippedNames(), paths: "files" };
  if (/^(folders?|dir)$/.test(name)) return { words: [], paths: "folders" };
  if (/^(files?|primer|melody|piece)$/.test(name)) return { words: [], paths: "files" };
  return { words: [], paths: undefined };
}
