"""Compares the n-gram model with the formula, counted in loops."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from pathlib import Path

import numpy as np
import pytest

from ostinato_training.data import Dataset, Vocabulary
from ostinato_training.ngram import NgramModel, main

START, END, SIZE = 5, 6, 7


def dataset(pieces: list[list[int]]) -> Dataset:
    pieces_with_ends = [[START, *piece, END] for piece in pieces]
    offsets = np.cumsum([0, *map(len, pieces_with_ends)]).astype(np.uint64)
    ids = np.concatenate(pieces_with_ends).astype(np.uint16)
    paths = [f"{i}.mid" for i in range(len(pieces))]
    return Dataset(Vocabulary("test", SIZE, {}), START, END, None, paths, ids, offsets)


def literal(pieces: list[list[int]], context: tuple[int, ...], wanted: int) -> float:
    """p(wanted | context) by counting n-grams in loops."""
    after: defaultdict[tuple[int, ...], Counter[int]] = defaultdict(Counter)
    for piece in pieces:
        ids = [START] * 4 + [START, *piece, END]
        for i in range(5, len(ids)):
            after[tuple(ids[i - len(context) : i])][ids[i]] += 1
    shorter = literal(pieces, context[1:], wanted) if context else 1 / SIZE
    seen = after[context]
    if not seen:
        return shorter
    return (seen[wanted] + len(seen) * shorter) / (sum(seen.values()) + len(seen))


def test_equals_the_formula() -> None:
    random = np.random.default_rng(3)
    pieces = [[int(x) for x in random.integers(0, 4, 30)] for _ in range(3)]
    unseen = [START, 0, 1, 4, 1, 2, 3, 0, 0]
    nats = NgramModel(dataset(pieces), 4).nats(np.array(unseen))
    padded = [START] * 4 + unseen
    for order in range(1, 5):
        for position in range(1, len(unseen)):
            at = position + 4
            expected = literal(pieces, tuple(padded[at - order + 1 : at]), unseen[position])
            assert math.isclose(nats[order - 1, position - 1], -math.log(expected), rel_tol=1e-12)


def test_probabilities_sum_to_one() -> None:
    model = NgramModel(dataset([[0, 1, 2, 3, 0, 1], [3, 3, 1]]), 3)
    sums = sum(np.exp(-model.nats(np.array([START, 0, 1, wanted]))[:, -1]) for wanted in range(SIZE))
    np.testing.assert_allclose(sums, 1.0, rtol=1e-12)


def test_characters(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Compares nats per character of texts with the formula, with one unknown character and contexts at the start."""
    (tmp_path / "train.txt").write_text("abab\nba", encoding="utf-8")
    (tmp_path / "text.txt").write_text("abéa", encoding="utf-8")
    assert main(["--characters", "--order", "3", str(tmp_path / "train.txt"), str(tmp_path / "text.txt")]) == 0
    # Ids: \n 0, a 1, b 2, unknown 3, start 4; a text has no end.
    counts = [Counter[tuple[int, ...]]() for _ in range(3)]
    train = [4, 4, 4, 1, 2, 1, 2, 0, 2, 1]
    for i in range(3, len(train)):
        for n in range(3):
            counts[n][tuple(train[i - n : i + 1])] += 1

    def probability(context: tuple[int, ...], wanted: int) -> float:
        shorter = probability(context[1:], wanted) if context else 1 / 5
        after = {gram: count for gram, count in counts[len(context)].items() if gram[:-1] == context}
        if not after:
            return shorter
        return (after.get((*context, wanted), 0) + len(after) * shorter) / (sum(after.values()) + len(after))

    text = [4, 4, 4, 1, 2, 3, 1]
    out = capsys.readouterr().out
    assert "text.txt: 4 characters; nats per character: 1-gram" in out
    for n in range(3):
        nats = -sum(math.log(probability(tuple(text[i - n : i]), text[i])) for i in range(3, 7)) / 4
        assert f"{n + 1}-gram {nats:.4f}" in out
