#!/usr/bin/env bash
# @huggingface/tokenizers 0.2.0 (npm), TypeScript 5.9.3 with "module": "nodenext": its declarations name their files without extensions,
# which are not found there. `skipLibCheck` hides it. What is re-exported by name becomes `any`, without an error: every use of it passes.
# What is re-exported by `export *` does not exist, although the JavaScript module exports it. With "moduleResolution": "bundler" both
# have their types.
# Guessed: classes have types, or none does and the import fails.
# Seen: with nodenext BPE is not found and a made-up member of Tokenizer passes; with bundler the reverse; in JavaScript both are functions.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-save --ignore-scripts @huggingface/tokenizers@0.2.0 typescript@5.9.3
echo '{ "type": "module" }' >package.json
echo 'import { BPE } from "@huggingface/tokenizers"; console.log(typeof BPE);' >bpe.ts
echo 'import { Tokenizer } from "@huggingface/tokenizers"; const length: string = Tokenizer.noSuchMember; console.log(length);' >tokenizer.ts

accepts() { # a file, compiled with the options after it
  npx tsc --noEmit --strict --skipLibCheck --target es2022 "${@:2}" "$1" >/dev/null && echo yes || echo no
}
nodenext=(--module nodenext)
bundler=(--module esnext --moduleResolution bundler)
output=$(
  echo "nodenext: BPE $(accepts bpe.ts "${nodenext[@]}"), member of Tokenizer that does not exist $(accepts tokenizer.ts "${nodenext[@]}")"
  echo "bundler: BPE $(accepts bpe.ts "${bundler[@]}"), member of Tokenizer that does not exist $(accepts tokenizer.ts "${bundler[@]}")"
  node --input-type=module --eval 'import { BPE, Tokenizer } from "@huggingface/tokenizers"; console.log(typeof BPE, typeof Tokenizer);'
)
echo "$output"
[[ $output == "nodenext: BPE no, member of Tokenizer that does not exist yes
bundler: BPE yes, member of Tokenizer that does not exist no
function function" ]]
