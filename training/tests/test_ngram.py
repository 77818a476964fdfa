"""The n-gram model against the formula, counted by hand."""

from __future__ import annotations

import math
from collections import Counter, defaultdict

import numpy as np

from ostinato_training.data import Dataset, Vocabulary
from ostinato_training.ngram import NgramModel

START, END, SIZE = 5, 6, 7


def dataset(pieces: list[list[int]]) -> Dataset:
    framed = [[START, *piece, END] for piece in pieces]
    offsets = np.cumsum([0, *map(len, framed)]).astype(np.uint64)
    ids = np.concatenate(framed).astype(np.uint16)
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
