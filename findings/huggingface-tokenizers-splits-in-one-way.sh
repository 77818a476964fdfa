#!/usr/bin/env bash
# @huggingface/tokenizers 0.2.0 (npm): the pre-tokenizer Split reads the behaviors MergedWithPrevious, MergedWithNext and Contiguous as
# Isolated. tokenizers 0.23.3 (PyPI) tells them apart.
# Guess: MergedWithNext alone, which a report named, is read so; the other two are as well.
# Seen: "a--b" split at "-" is a - - b by the one for every behavior; a- - b, a - -b and a -- b by the other.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-save @huggingface/tokenizers@0.2.0
"${PYTHON:-python3}" -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check tokenizers==0.23.3
cat >write.py <<'PYTHON'
import json
import sys

vocabulary = ["<unk>", "a", "b", "-", "--", "a-", "-b"]
written = {
    "version": "1.0",
    "added_tokens": [],
    "normalizer": None,
    "pre_tokenizer": {"type": "Split", "pattern": {"String": "-"}, "behavior": sys.argv[1], "invert": False},
    "post_processor": None,
    "decoder": None,
    "model": {"type": "WordLevel", "vocab": {token: i for i, token in enumerate(vocabulary)}, "unk_token": "<unk>"},
}
with open("tokenizer.json", "w") as file:
    json.dump(written, file)
PYTHON
cat >tokens.mjs <<'JS'
import { readFileSync } from "node:fs";
import { Tokenizer } from "@huggingface/tokenizers";

const tokenizer = new Tokenizer(JSON.parse(readFileSync("tokenizer.json", "utf8")), {});
console.log(tokenizer.encode("a--b", { add_special_tokens: false }).tokens.join(" "));
JS
seen=""
for behavior in MergedWithPrevious MergedWithNext Contiguous; do
  venv/bin/python write.py "$behavior"
  python=$(venv/bin/python -c '
from tokenizers import Tokenizer
print(*Tokenizer.from_file("tokenizer.json").encode("a--b").tokens)')
  seen+="$behavior: $(node tokens.mjs), $python;"
done
echo "$seen"
[[ $seen == "MergedWithPrevious: a - - b, a- - b;MergedWithNext: a - - b, a - -b;Contiguous: a - - b, a -- b;" ]]
