#!/usr/bin/env bash
# @huggingface/tokenizers 0.2.0 (npm): an added token with "single_word": true is also found inside a longer word. tokenizers 0.23.3
# (PyPI) reads the same tokenizer.json as it says.
# Expected from a report, which named no output.
# Seen: of "cats", with the single word "cat" and the vocabulary's "cats": ["cat", "s"] by the one, ["cats"] by the other.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cat >tokenizer.json <<'JSON'
{
  "version": "1.0",
  "added_tokens": [
    {"id": 2, "content": "cat", "single_word": true, "lstrip": false, "rstrip": false, "normalized": false, "special": false}
  ],
  "normalizer": null,
  "pre_tokenizer": {"type": "Whitespace"},
  "post_processor": null,
  "decoder": null,
  "model": {"type": "WordLevel", "vocab": {"<unk>": 0, "cats": 1, "s": 3}, "unk_token": "<unk>"}
}
JSON
npm install --silent --no-save @huggingface/tokenizers@0.2.0
"${PYTHON:-python3}" -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check tokenizers==0.23.3
cat >tokens.mjs <<'JS'
import { readFileSync } from "node:fs";
import { Tokenizer } from "@huggingface/tokenizers";

const tokenizer = new Tokenizer(JSON.parse(readFileSync("tokenizer.json", "utf8")), {});
console.log(JSON.stringify(tokenizer.encode("cats", { add_special_tokens: false }).tokens));
JS
javascript=$(node tokens.mjs)
python=$(venv/bin/python -c '
import json
from tokenizers import Tokenizer
print(json.dumps(Tokenizer.from_file("tokenizer.json").encode("cats").tokens))')
echo "$javascript $python"
[[ $javascript == '["cat","s"]' && $python == '["cats"]' ]]
