/** Extracts the completions from the declarations of the commands, for every shell. */
import type { Argument, Command, Option } from "commander";
import { shippedNames } from "../../platform/node/index.ts";

/** The completions of a value. */
export interface Value {
  /** Fixed words. */
  readonly words: readonly string[];
  /** Paths of the file system. */
  readonly paths: "files" | "folders" | undefined;
}

export interface OptionWords {
  /** "--out", preceded by "-o" if it exists. */
  readonly flags: readonly string[];
  readonly help: string;
  /** Undefined for options without a value. */
  readonly value: Value | undefined;
}

export interface CommandWords {
  readonly name: string;
  readonly help: string;
  readonly options: readonly OptionWords[];
  /** Completions of its arguments. */
  readonly values: readonly Value[];
  /** The last argument may be repeated. */
  readonly isVariadic: boolean;
}

/** @returns the commands of a program, and the options that may precede a command. */
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

/** @param name the placeholder in the help text. */
function valueOf(name: string, choices: readonly string[] = []): Value {
  if (choices.length > 0) return { words: choices, paths: undefined };
  if (name === "model") return { words: shippedNames(), paths: "folders" };
  if (name === "file or model") return { words: shippedNames(), paths: "files" };
  if (/^(folders?|dir)$/.test(name)) return { words: [], paths: "folders" };
  if (/^(files?|folder or files|primer|melody|piece)$/.test(name)) return { words: [], paths: "files" };
  return { words: [], paths: undefined };
}
