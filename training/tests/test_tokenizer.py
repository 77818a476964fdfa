"""Byte-pair encoding, checked with Hugging Face's `tokenizers`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

tokenizers = pytest.importorskip("tokenizers", reason='install with the extra "tokenizer"')

from ostinato_training.errors import OptionError  # noqa: E402
from ostinato_training.tokenizer import learn_tokenizer, main  # noqa: E402

TEXT = "the cat and the hat, the mat and the bat\n" * 3


def test_ids_are_bytes_then_merges_then_end_of_text() -> None:
    tokenizer = learn_tokenizer([TEXT], 4)
    vocabulary = tokenizer.get_vocab()
    assert len(vocabulary) == 256 + 4 + 1
    assert vocabulary["<|endoftext|>"] == 260
    assert sorted(id for token, id in vocabulary.items() if len(token) == 1) == list(range(256))
    # " the" comes three times a line and "the" once: "th" and "he" tie with "at" at four, " t" has three.
    assert {token for token, id in vocabulary.items() if 256 <= id < 260} == {"at", "he", "the", "Ġthe"}


def test_special_tokens_follow_the_end_of_text() -> None:
    tokenizer = learn_tokenizer([TEXT], 4, ["<to-fr>", "<to-de>"])
    assert [tokenizer.token_to_id(token) for token in ("<|endoftext|>", "<to-fr>", "<to-de>")] == [260, 261, 262]
    assert tokenizer.encode("cat<to-fr>").ids[-1] == 261
    for special, message in ((["a", "a"], "'a' is in the text"), (["<a>", "<a>"], "once"), ([" "], "once"), (["<|endoftext|>"], "once")):
        with pytest.raises(OptionError, match=message):
            learn_tokenizer([TEXT], 4, special)


def test_any_text_comes_back() -> None:
    tokenizer = learn_tokenizer([TEXT], 10)
    for text in ("the  cat\r\n\tsat ", "naïve 猫 🐈\u0000", " leading", ""):
        assert tokenizer.decode(tokenizer.encode(text).ids, skip_special_tokens=False) == text


def test_writes_what_it_learned(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a.txt").write_text(TEXT, encoding="utf-8")
    assert main([str(tmp_path / "a.txt"), "--merges", "5", "--out", str(tmp_path / "tokenizer.json")]) == 0
    assert "262 ids" in capsys.readouterr().out
    read = tokenizers.Tokenizer.from_file(str(tmp_path / "tokenizer.json"))
    assert read.encode(TEXT).ids == learn_tokenizer([TEXT], 5).encode(TEXT).ids
    content = json.loads((tmp_path / "tokenizer.json").read_text(encoding="utf-8"))
    assert content["pre_tokenizer"] == {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": True}
    assert not list(tmp_path.glob("*.tmp"))


def test_errors(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(OptionError, match="only 1 pairs to merge: --merges 9 is too many"):
        learn_tokenizer(["ab"], 9)
    with pytest.raises(OptionError, match="at least 1, got 0"):
        learn_tokenizer([TEXT], 0)
    (tmp_path / "latin.txt").write_bytes(b"caf\xe9")
    for name, message in (("latin.txt", "is not UTF-8 at byte 3"), ("none.txt", "cannot be read: No such file")):
        assert main([str(tmp_path / name), "--out", str(tmp_path / "t.json")]) == 1
        assert message in capsys.readouterr().err
    assert not (tmp_path / "t.json").exists()
