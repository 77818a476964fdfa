"""The tokens of a tokenizer.json."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ostinato_training.errors import OptionError
from ostinato_training.tokens import read_tokens, tokens_hash


def test_tokens_and_their_hash(tmp_path: Path) -> None:
    path = tmp_path / "tokenizer.json"
    path.write_text(json.dumps({"model": {"vocab": {"é": 1, "a": 0}}, "added_tokens": [{"id": 2, "content": "<|endoftext|>"}]}))
    assert read_tokens(path) == {0: "a", 1: "é", 2: "<|endoftext|>"}
    # test/tools/dataset/tokens-hash.test.ts has the same value.
    assert tokens_hash(read_tokens(path)) == "f93c6d4ee68dbb326937516e8ac58c7050f9684560ea5f21b211551ec8eb4d91"


@pytest.mark.parametrize("content", ["{}", "no JSON", '{"model": {"vocab": {}}}', '{"model": {"vocab": {"a": "0"}}}'])
def test_other_files_are_an_error(tmp_path: Path, content: str) -> None:
    (tmp_path / "t.json").write_text(content)
    with pytest.raises(OptionError, match="t.json is not a tokenizer.json"):
        read_tokens(tmp_path / "t.json")
