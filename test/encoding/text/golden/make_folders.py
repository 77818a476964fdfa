"""Writes folders.json beside this file: the ids that transformers gives with the files of a folder.

    python test/encoding/text/golden/make_folders.py        (transformers 5.24.0; 4.57.6 writes the same)

The vocabulary is that of tokenizer.json, which make_golden.py writes.
"""

import json
import tempfile
from pathlib import Path
from typing import Any

import transformers
from transformers import AutoTokenizer

HERE = Path(__file__).parent
BASE = json.loads((HERE / "tokenizer.json").read_text())
BASE["pre_tokenizer"] = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": True}
BASE["post_processor"] = None
VOCABULARY, MERGES = BASE["model"]["vocab"], BASE["model"]["merges"]
N = len(VOCABULARY)
PAIR = {
    "vocab.json": VOCABULARY,
    "merges.txt": "#version: 0.2\n" + "".join(f"{left} {right}\n" for left, right in MERGES),
}
MAP, CONFIG, ADDED, WHOLE = "special_tokens_map.json", "tokenizer_config.json", "added_tokens.json", "tokenizer.json"


def token(content: str, special: bool = True, **flags: object) -> dict[str, Any]:
    return {"content": content, "single_word": False, "lstrip": False, "rstrip": False, "normalized": False, "special": special, **flags}


def whole(**change: object) -> dict[str, Any]:
    return {**BASE, **change}


def template(name: str) -> dict[str, Any]:
    return {
        "type": "TemplateProcessing",
        "single": [{"SpecialToken": {"id": name, "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}],
        "pair": [{"Sequence": {"id": "A", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 0}}],
        "special_tokens": {name: {"id": name, "ids": [VOCABULARY[name]], "tokens": [name]}},
    }


START = [token("<|a|>"), token("<|b|>")]
FOLDERS: dict[str, tuple[dict, list[str]]] = {
    "vocab.json and merges.txt": ({}, ["The cat", "The<|endoftext|>cat"]),
    "added_tokens.json": ({ADDED: {"<|startoftext|>": N}}, ["<|startoftext|>The cat"]),
    "added_tokens.json and special_tokens_map.json": (
        {ADDED: {"<|startoftext|>": N, "[PAD]": N + 1}, MAP: {"bos_token": "<|startoftext|>", "pad_token": "[PAD]"}},
        ["<|startoftext|>The cat[PAD]"],
    ),
    "added_tokens.json with a word": ({ADDED: {"concat": N, "Zebra": N + 1}}, ["A concatenated Zebra"]),
    "special_tokens_map.json with tokens without ids": (
        {MAP: {"pad_token": "[PAD]", "sep_token": token("<sep>", lstrip=True), "additional_special_tokens": ["<u>", "<v>"]}},
        ["The <u> cat [PAD] <sep><v>"],
    ),
    "special_tokens_map.json before tokenizer_config.json": (
        {MAP: {"eos_token": "the"}, CONFIG: {"eos_token": "!", "bos_token": "!"}},
        ["The cat the!"],
    ),
    "added_tokens_decoder before the other files": (
        {
            CONFIG: {"added_tokens_decoder": {str(N): token("<|x|>")}, "eos_token": "<|x|>"},
            MAP: {"bos_token": "<|y|>"},
            ADDED: {"<|y|>": N},
        },
        ["<|y|>The cat<|x|>"],
    ),
    "added_tokens_decoder with flags": (
        {CONFIG: {"added_tokens_decoder": {str(N): token("<|x|>", lstrip=True, rstrip=True), str(N + 1): token("cat2", False, single_word=True)}}},
        ["The <|x|> cat cat2 cat22"],
    ),
    "added_tokens_decoder with tokens of the vocabulary": (
        {CONFIG: {"added_tokens_decoder": {"0": token("<|endoftext|>"), str(VOCABULARY["cat"]): token("cat", False)}}},
        ["concatenate<|endoftext|>cat"],
    ),
    "add_prefix_space": ({CONFIG: {"add_prefix_space": True}}, ["The cat", " The cat", ""]),
    "add_bos_token": ({CONFIG: {"add_bos_token": True}}, ["The cat", ""]),
    "add_bos_token and bos_token": ({CONFIG: {"add_bos_token": True, "bos_token": "!"}}, ["The cat"]),
    "tokenizer.json": ({WHOLE: whole()}, ["The cat"]),
    "tokenizer.json, add_prefix_space": ({WHOLE: whole(), CONFIG: {"add_prefix_space": True}}, ["The cat"]),
    "tokenizer.json with add_prefix_space, and not": (
        {WHOLE: whole(pre_tokenizer={**BASE["pre_tokenizer"], "add_prefix_space": True}), CONFIG: {"add_prefix_space": False}},
        ["The cat"],
    ),
    "tokenizer.json and added_tokens.json": (
        {WHOLE: whole(added_tokens=[*BASE["added_tokens"], {"id": N, **token("<|a|>")}]), ADDED: {"<|a|>": N, "<|b|>": N + 1}},
        ["The <|a|> cat <|b|>"],
    ),
    "tokenizer.json and added_tokens_decoder": (
        {
            WHOLE: whole(added_tokens=[*BASE["added_tokens"], {"id": N, **token("<|a|>")}]),
            CONFIG: {"added_tokens_decoder": {str(N): token("<|a|>", rstrip=True), str(N + 1): token("<|b|>", False)}},
        },
        ["The <|a|> cat <|b|>"],
    ),
    "tokenizer.json with a template": ({WHOLE: whole(post_processor=template("!"))}, ["The cat"]),
    "added_tokens.json with names like special tokens": ({ADDED: {"<|b|>": N, "[X]": N + 1, "cat": VOCABULARY["cat"]}}, ["The<|b|>[X] concat"]),
    "bos_token, eos_token and unk_token without <|endoftext|>": (
        {CONFIG: {"bos_token": "<s>", "eos_token": {"__type": "AddedToken", **token("</s>", rstrip=True)}}, MAP: {"unk_token": "<unk>"}},
        ["<s>The<|endoftext|></s> cat<unk>"],
    ),
    "bos_token and eos_token without <|endoftext|>": ({MAP: {"bos_token": "<s>", "eos_token": "</s>"}}, ["<s>The<|endoftext|></s>"]),
    "extra_special_tokens by their roles": (
        {CONFIG: {"extra_special_tokens": {"image_token": "<image>", "other_token": {"__type": "AddedToken", **token("<x>", lstrip=True)}}}},
        ["The<image> <x>"],
    ),
    "null as a named token": ({CONFIG: {"pad_token": None, "sep_token": None}}, ["The cat"]),
    "tokens that are prefixes of others": (
        {CONFIG: {"added_tokens_decoder": {str(N + i): token(name) for i, name in enumerate(["<|a", "<|a|>", "<|a|><|b|>", "|>"])}}},
        ["<|a<|a|><|a|><|b|>|>|<|b|>", "<|a|", "<|a|>|><|a"],
    ),
    "overlapping tokens with flags": (
        {CONFIG: {"added_tokens_decoder": {str(N): token("<|a|>", lstrip=True), str(N + 1): token(" the", False, rstrip=True), str(N + 2): token("he c", False, normalized=True)}}},
        [" <|a|> the cat", "the the  cat the<|a|>", "  <|a|>  <|a|> he cat"],
    ),
    "tokenizer.json with add_prefix_space, GPT2Tokenizer": (
        {WHOLE: whole(pre_tokenizer={**BASE["pre_tokenizer"], "add_prefix_space": True}), CONFIG: {"tokenizer_class": "GPT2Tokenizer"}},
        ["The cat"],
    ),
    "tokenizer.json with add_prefix_space, no class": (
        {WHOLE: whole(pre_tokenizer={**BASE["pre_tokenizer"], "add_prefix_space": True}), CONFIG: {"model_max_length": 64}},
        ["The cat"],
    ),
    "tokenizer.json with a template on both sides": (
        {WHOLE: whole(post_processor={**template("!"), "single": [template("!")["single"][0], *template("!")["single"][::-1]]})},
        ["The cat", ""],
    ),
    "tokenizer.json, trim_offsets and use_regex of the post-processor": (
        {WHOLE: whole(post_processor={"type": "ByteLevel", "add_prefix_space": True, "trim_offsets": True, "use_regex": False})},
        ["The  cat"],
    ),
    "tokenizer.json, special_tokens_map.json with a token that it has as ordinary": (
        {WHOLE: whole(added_tokens=[*BASE["added_tokens"], {"id": N, **token("<|a|>", False, rstrip=True)}]), MAP: {"pad_token": "<|a|>"}},
        ["The <|a|> cat"],
    ),
    "tokenizer.json, add_bos_token": ({WHOLE: whole(), CONFIG: {"add_bos_token": True}}, ["The cat"]),
}


def main() -> None:
    folders = []
    for name, (files, texts) in FOLDERS.items():
        with tempfile.TemporaryDirectory() as folder:
            written = files if WHOLE in files else {**PAIR, **files}
            for file, content in written.items():
                (Path(folder) / file).write_text(content if isinstance(content, str) else json.dumps(content))
            (Path(folder) / "config.json").write_text(json.dumps({"model_type": "gpt2"}))
            tokenizer = AutoTokenizer.from_pretrained(folder)
        results = [
            {
                "text": text,
                "ids": tokenizer(text)["input_ids"],
                "withoutSpecialTokens": tokenizer(text, split_special_tokens=True)["input_ids"],
            }
            for text in texts
        ]
        # What differs from the vocabulary beside this file only.
        change = {file: content for file, content in files.items() if file != WHOLE}
        if WHOLE in files:
            change[WHOLE] = {key: value for key, value in files[WHOLE].items() if BASE[key] is not value}
        folders.append({"name": name, "files": change, "bos": tokenizer.bos_token_id, "eos": tokenizer.eos_token_id, "texts": results})
    made = {"folders": folders}
    (HERE / "folders.json").write_text(json.dumps(made, ensure_ascii=False, separators=(",", ":")).replace('{"name"', '\n{"name"') + "\n")
    print(transformers.__version__)


main()
