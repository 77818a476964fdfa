"""N-gram models as a baseline: NLL of the same ids as in `evaluate`.

    python -m ostinato_training.ngram TRAIN DATASET [DATASET …] [--order 5]
    python -m ostinato_training.ngram --characters TRAIN.txt TEXT [TEXT …] [--order 6]

With `--characters` the files are texts and every character is an id: the baseline for a text model, whose nats per
character do not depend on the tokenizer.

Interpolated Witten–Bell smoothing (Witten & Bell 1991, method C): with c(h) the count of a context h
and t(h) the number of different ids after it,

    p(w | h) = (c(h w) + t(h) · p(w | h without its first id)) / (c(h) + t(h)),

down to the uniform distribution over the vocabulary.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from .data import Dataset, Ids, Vocabulary, read_dataset
from .errors import OptionError, TrainingError
from .evaluate import scored_ids
from .text import read_text

Keys = NDArray[np.int64]  # an n-gram as one number, its last id in the lowest digit


@dataclass(frozen=True)
class Counts:
    """Counts of the n-grams of one order, and of their contexts."""

    grams: Keys  # sorted
    gram_counts: NDArray[np.int64]
    contexts: Keys  # sorted
    context_counts: NDArray[np.int64]
    context_types: NDArray[np.int64]  # different ids seen after each context


class NgramModel:
    """Counts of order 1 … n over a dataset."""

    def __init__(self, train: Dataset, order: int) -> None:
        self.size = train.vocabulary.size
        if order < 1 or self.size**order >= 2**63:
            raise OptionError(f"the order must be at least 1 and small enough for 63-bit keys, got {order}")
        self.order, self.start_id = order, train.start_id
        pieces = [self._padded(train.piece(piece)) for piece in range(len(train.paths))]
        self.counts = [self._count(pieces, n) for n in range(1, order + 1)]

    def nats(self, ids: Ids) -> NDArray[np.float64]:
        """−ln p of every id except the first, by each order.  # [order, len(ids) − 1]"""
        padded = self._padded(ids)
        probability = np.full(len(ids) - 1, 1 / self.size)
        nats = np.empty((self.order, len(ids) - 1))
        for n, counts in enumerate(self.counts, start=1):
            keys = self._keys(padded, n)
            in_context, types = _look_up(counts.contexts, keys // self.size, counts.context_counts, counts.context_types)
            (seen,) = _look_up(counts.grams, keys, counts.gram_counts)
            known = in_context > 0  # for an unseen context, the shorter one is used
            mixed = (seen + types * probability) / np.maximum(in_context + types, 1)
            probability = np.where(known, mixed, probability)
            nats[n - 1] = -np.log(probability)
        return nats

    def _padded(self, ids: Ids) -> Ids:
        """Prepends start ids, so that the first id after START has a context of every order."""
        return np.concatenate([np.full(self.order - 1, self.start_id), ids])

    def _keys(self, padded: Ids, n: int) -> Keys:
        """The n-gram that ends at each id after START.  # [ids − 1]"""
        count = len(padded) - self.order
        keys = np.zeros(count, dtype=np.int64)
        for back in range(n - 1, -1, -1):
            keys = keys * self.size + padded[self.order - back : self.order - back + count]
        return keys

    def _count(self, pieces: list[Ids], n: int) -> Counts:
        grams, gram_counts = np.unique(np.concatenate([self._keys(piece, n) for piece in pieces]), return_counts=True)
        contexts, first, types = np.unique(grams // self.size, return_index=True, return_counts=True)
        return Counts(grams, gram_counts, contexts, np.add.reduceat(gram_counts, first), types)


def _look_up(keys: Keys, wanted: Keys, *values: NDArray[np.int64]) -> list[NDArray[np.int64]]:
    """The value of each wanted key; 0 for a missing key."""
    place = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
    found = keys[place] == wanted
    return [np.where(found, value[place], 0) for value in values]


class Alphabet:
    """The characters of a text as ids; one more id for all unknown characters, and the last for START."""

    def __init__(self, text: str) -> None:
        self.ids = {character: id for id, character in enumerate(sorted(set(text)))}
        self.unknown, self.start, self.size = len(self.ids), len(self.ids) + 1, len(self.ids) + 2

    def dataset(self, path: str, text: str) -> Dataset:
        """A text as a dataset of one piece, without END."""
        ids = np.array([self.start, *(self.ids.get(character, self.unknown) for character in text)], dtype=np.uint16)
        offsets = np.array([0, len(ids)], dtype=np.uint64)
        return Dataset(Vocabulary("characters", self.size, {}), self.start, None, None, [path], ids, offsets)


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m ostinato_training.ngram", description="NLL of n-gram models on a dataset.")
    parser.add_argument("train", type=Path, help="dataset folder to count")
    parser.add_argument("dataset", type=Path, nargs="+", help="dataset folders to score")
    parser.add_argument("--order", type=int, default=5, help="the highest order (default 5)")
    parser.add_argument("--characters", action="store_true", help="the arguments are UTF-8 text files, every character an id")
    options = parser.parse_args(arguments)
    try:
        if options.characters:
            text = read_text(options.train)
            alphabet = Alphabet(text)
            train = alphabet.dataset(str(options.train), text)
            scored = [alphabet.dataset(str(path), read_text(path)) for path in options.dataset]
        else:
            train, scored = read_dataset(options.train), [read_dataset(folder) for folder in options.dataset]
        model = NgramModel(train, options.order)
        unit = "character" if options.characters else "id"
        for path, dataset in zip(options.dataset, scored):
            nats = np.concatenate([model.nats(scored_ids(dataset, piece)) for piece in range(len(dataset.paths))], axis=1)
            figures = "  ".join(f"{n}-gram {nll:.4f}" for n, nll in enumerate(nats.mean(axis=1), start=1))
            print(f"{path}: {nats.shape[1]} {unit}s; nats per {unit}: {figures}")
    except TrainingError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
