import type { Command } from "commander";
import { type Value, wordsOf } from "./words.ts";

/** The completion script for bash 3.2 or later. */
export function bashCompletion(program: Command): string {
  const { commands, options } = wordsOf(program);
  const first = [...commands.map(({ name }) => name), "help", ...options.flatMap(({ flags }) => flags)];
  const values = commands.flatMap(({ name, options: own }) =>
    own.flatMap(({ flags, value }) =>
      value === undefined
        ? []
        : [`    ${flags.map((flag) => quoted(`${name} ${flag}`)).join(" | ")}) ${offer(value)}; return ;;`],
    ),
  );
  const flags = commands.map(
    ({ name, options: own }) => `      ${name}) ${words(own.flatMap((option) => option.flags))} ;;`,
  );
  const operands = commands.map(
    ({ name, values: [value] }) => `    ${name}) ${value ? offer(value) : ":"} ;;`,
  );
  return `# Completion of ostinato for bash. In ~/.bashrc: eval "$(ostinato completion bash)"
_ostinato() {
  local current=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD - 1]} command=\${COMP_WORDS[1]}
  local IFS=$'\\n'
  COMPREPLY=()
  if ((COMP_CWORD == 1)); then
    ${words(first)}
    return
  fi
  if [[ $command == help ]]; then
    ${words(commands.map(({ name }) => name))}
    return
  fi
  case "$command $previous" in
${values.join("\n")}
  esac
  if [[ $current == -* ]]; then
    case $command in
${flags.join("\n")}
    esac
    return
  fi
  case $command in
${operands.join("\n")}
  esac
}
_ostinato_paths() {
  # Names with spaces are quoted, and folders get a slash.
  compopt -o filenames 2>/dev/null
  COMPREPLY+=($(compgen "$1" -- "$current"))
}
complete -F _ostinato ostinato
`;
}

/** Shell commands that offer the completions of a value. */
function offer({ words: known, paths }: Value): string {
  const parts = [
    ...(known.length > 0 ? [words(known)] : []),
    ...(paths === undefined ? [] : [`_ostinato_paths ${paths === "files" ? "-f" : "-d"}`]),
  ];
  return parts.length > 0 ? parts.join("; ") : ":";
}

function words(list: readonly string[]): string {
  return `COMPREPLY=($(compgen -W $'${list.join("\\n")}' -- "$current"))`;
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
