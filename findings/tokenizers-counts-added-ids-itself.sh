#!/usr/bin/env bash
# tokenizers 0.23.3 (PyPI): an added token has not the id that tokenizer.json gives it, but the next free one, without a word.
# Guess: the id of the file, 9; a list of golden ids was made with it, and two of its tokens came out shifted.
# Seen: 2.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
"${PYTHON:-python3}" -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check tokenizers==0.23.3
venv/bin/python - <<'PYTHON'
import json

from tokenizers import Tokenizer

flags = {"single_word": False, "lstrip": False, "rstrip": False, "normalized": False, "special": True}
written = {
    "version": "1.0",
    "added_tokens": [{"id": 9, "content": "<x>", **flags}],
    "model": {"type": "BPE", "vocab": {"a": 0, "b": 1}, "merges": []},
}
tokenizer = Tokenizer.from_str(json.dumps(written))
ids = tokenizer.encode("a<x>b").ids
print(ids)
raise SystemExit(ids != [0, 2, 1])
PYTHON
