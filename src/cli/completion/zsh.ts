import type { Command } from "commander";
import { type OptionWords, type Value, wordsOf } from "./words.ts";

/** The completion script for zsh, with its `_arguments` function. */
export function zshCompletion(program: Command): string {
  const { commands, options } = wordsOf(program);
  const list = commands.map(({ name, help }) => `    ${quoted(`${name}:${help}`)}`);
  const cases = commands.map(({ name, options: own, values, isVariadic }) => {
    const operands = values.map((value, index) => {
      const place = isVariadic && index === values.length - 1 ? "*" : `${index + 1}`;
      return quoted(`${place}:${action(value)}`);
    });
    const lines = [...own.map(optionSpec), ...operands].map((line) => `        ${line}`);
    return `    ${name})\n      _arguments \\\n${lines.join(" \\\n")} ;;`;
  });
  return `#compdef ostinato
# Completion of ostinato for zsh. In ~/.zshrc, after compinit: eval "$(ostinato completion zsh)"
_ostinato() {
  local -a commands
  commands=(
${list.join("\n")}
  )
  if (( CURRENT == 2 )); then
    _describe -t commands command commands
    _arguments ${options.map(optionSpec).join(" ")}
    return
  fi
  local command=\${words[2]}
  shift words
  (( CURRENT -= 1 ))
  case $command in
    help) _describe -t commands command commands ;;
${cases.join("\n")}
  esac
}
if [[ \${funcstack[1]} == _ostinato ]]; then
  _ostinato "$@"
else
  compdef _ostinato ostinato
fi
`;
}

function optionSpec({ flags, help, value }: OptionWords): string {
  const described = `[${help.replaceAll(/[[\]]/g, String.raw`\$&`)}]${value ? `:${action(value)}` : ""}`;
  const exclusive = flags.length > 1 ? quoted(`(${flags.join(" ")})`) : "";
  const names = flags.length > 1 ? `{${flags.join(",")}}` : (flags[0] ?? "");
  return `${exclusive}${names}${quoted(described)}`;
}

/** Message and action of `_arguments`. */
function action({ words, paths }: Value): string {
  const known = words.length > 0 ? `(${words.join(" ")})` : undefined;
  const names = paths === undefined ? undefined : paths === "files" ? "_files" : "_files -/";
  if (known !== undefined && names !== undefined) {
    return `value:{ compadd -- ${words.join(" ")}; ${names} }`;
  }
  return `value:${known ?? names ?? " "}`;
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
