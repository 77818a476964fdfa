#!/usr/bin/env bash
# transformers 5.24.0 (PyPI): beside a config.json of GPT-2, AutoTokenizer takes vocabulary and merges of a tokenizer.json and leaves
# out its normalizer and pre-tokenizer, without a warning. tokenizers 0.23.3 and PreTrainedTokenizerFast apply them, as did
# AutoTokenizer of transformers 4.57.6.
# Guess: a tokenizer.json is the whole tokenizer, for every class. It came up by comparing random folders between 4.57.6 and 5.24.0.
# Seen: with the normalizer Lowercase and the pre-tokenizer Digits, "CAB11" has the ids of c a b 1 1 by the two others, and of C A B 11
# by AutoTokenizer.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
"${PYTHON:-python3}" -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check transformers==5.24.0 tokenizers==0.23.3
venv/bin/python - 2>/dev/null <<'PYTHON'
import json
import os

from tokenizers import Tokenizer
from transformers import AutoTokenizer, PreTrainedTokenizerFast

vocabulary = ["<|endoftext|>", "a", "b", "c", "A", "B", "C", "1", "11"]
byte_level = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": True}
written = {
    "version": "1.0",
    "added_tokens": [{"id": 0, "content": "<|endoftext|>", "single_word": False, "lstrip": False, "rstrip": False, "normalized": False, "special": True}],
    "normalizer": {"type": "Lowercase"},
    "pre_tokenizer": {"type": "Sequence", "pretokenizers": [{"type": "Digits", "individual_digits": True}, byte_level]},
    "post_processor": None,
    "decoder": byte_level,
    "model": {"type": "BPE", "vocab": {token: i for i, token in enumerate(vocabulary)}, "merges": [["1", "1"]]},
}
os.mkdir("model")
for name, content in {"tokenizer.json": written, "config.json": {"model_type": "gpt2"}}.items():
    with open(f"model/{name}", "w") as file:
        json.dump(content, file)

seen = [
    Tokenizer.from_file("model/tokenizer.json").encode("CAB11").tokens,
    PreTrainedTokenizerFast.from_pretrained("model").tokenize("CAB11"),
    AutoTokenizer.from_pretrained("model").tokenize("CAB11"),
]
print(*(" ".join(tokens) for tokens in seen), sep="; ")
raise SystemExit(seen != [list("cab11"), list("cab11"), ["C", "A", "B", "11"]])
PYTHON
