"""The twin test: can a trained classifier distinguish a model's continuation from the pianist's?

    python twin.py PAIRS.json [--longest SECONDS] [--show 12]

A classifier two-sample test (Lopez-Paz and Oquab 2017) with ten-fold cross-validation by piece. One classifier uses
features, one n-grams of up to three words. An AUC of 0.5 is chance level, 1 is perfect. A pair with fewer than 8 generated notes
counts as distinguished, without the classifiers. More pairs train better classifiers, so compare only results of the same
number of pairs. Then prints the features whose own AUC is farthest from 0.5.

--longest cuts every note of both sides, so that a limit on lengths does not distinguish them.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import NamedTuple

import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import GroupKFold
from sklearn.pipeline import make_pipeline

from features import Features, features
from notes import Pair, Vector, notes_of
from words import words_of

FEWEST_NOTES = 8
FOLDS = 10
REPEATS = 3  # of the boosted trees, whose result varies with the seed


class Scores(NamedTuple):
    """One score per continuation, higher if it is more likely the model's; in each pair the pianist's is first."""

    by_features: Vector
    by_words: Vector

    @property
    def both(self) -> Vector:
        return _standardized(self.by_features) + _standardized(self.by_words)


def main() -> None:
    parser = argparse.ArgumentParser(description="Can a classifier distinguish the model from the pianist?")
    parser.add_argument("pairs", type=Path, help="file of pairs.mjs")
    parser.add_argument("--longest", type=float, help="longest note of both sides, in seconds; longer notes are cut")
    parser.add_argument("--show", type=int, default=12, help="number of features to print")
    given = parser.parse_args()

    pairs = read_pairs(given.pairs, given.longest)
    silent = [pair for pair in pairs if len(pair["made"]) < FEWEST_NOTES]
    judged = [pair for pair in pairs if len(pair["made"]) >= FEWEST_NOTES]
    if len({pair["file"] for pair in judged}) < FOLDS:
        sys.exit(f"{given.pairs} has fewer than {FOLDS} pieces with notes; make more pairs with pairs.mjs")

    of_each = [features(side, pair["primer"]) for pair in judged for side in (pair["real"], pair["made"])]
    texts = [words_of(side) for pair in judged for side in (pair["real"], pair["made"])]
    is_model = np.array([0, 1] * len(judged))
    scores = classify(of_each, texts, is_model, [pair["file"] for pair in judged for _ in range(2)])

    print(f"{len(pairs)} pairs, {len(silent)} of them with fewer than {FEWEST_NOTES} generated notes")
    for name, score in (("features", scores.by_features), ("n-grams", scores.by_words), ("both", scores.both)):
        print(f"AUC by {name}: {auc(is_model, score, len(silent)):.3f}")
    print(f"pairwise accuracy: {100 * pairwise_accuracy(scores.both, len(silent)):.1f} %")
    print()
    print_distinguishing(of_each, is_model, given.show)


def read_pairs(path: Path, longest: float | None) -> list[Pair]:
    rows = json.loads(path.read_text())
    return [
        Pair(
            file=row["file"],
            primer=notes_of(row["primer"], longest),
            real=notes_of(row["real"], longest),
            made=notes_of(row["made"], longest),
        )
        for row in rows
    ]


def classify(of_each: list[Features], texts: list[str], is_model: np.ndarray, pieces: list[str]) -> Scores:
    """Scores each continuation by classifiers trained on the other pieces."""
    numbers = np.array([list(one.values()) for one in of_each])
    by_features, by_words = np.zeros(len(is_model)), np.zeros(len(is_model))
    for train, test in GroupKFold(FOLDS).split(numbers, is_model, pieces):
        for seed in range(REPEATS):
            trees = HistGradientBoostingClassifier(
                max_iter=150, learning_rate=0.06, max_leaf_nodes=8, l2_regularization=3, random_state=seed
            )
            trees.fit(numbers[train], is_model[train])
            by_features[test] += trees.predict_proba(numbers[test])[:, 1] / REPEATS
        linear = make_pipeline(
            TfidfVectorizer(token_pattern=r"\S+", ngram_range=(1, 3), min_df=3, sublinear_tf=True),
            LogisticRegression(C=10, max_iter=2000),
        )
        linear.fit([texts[index] for index in train], is_model[train])
        by_words[test] = linear.predict_proba([texts[index] for index in test])[:, 1]
    return Scores(by_features, by_words)


def auc(is_model: np.ndarray, score: Vector, silent: int) -> float:
    """AUC, with a lowest score of the pianist and a highest score of the model added for each silent pair."""
    labels = np.concatenate([is_model, np.tile([0, 1], silent)])
    extremes = np.tile([score.min() - 1, score.max() + 1], silent)
    return float(roc_auc_score(labels, np.concatenate([score, extremes])))


def pairwise_accuracy(score: Vector, silent: int) -> float:
    """Share of the pairs in which the model's continuation has the higher score; equal scores count half."""
    real, made = score[0::2], score[1::2]
    correct = (made > real).sum() + 0.5 * (made == real).sum()
    return float((correct + silent) / (len(real) + silent))


def print_distinguishing(of_each: list[Features], is_model: np.ndarray, count: int) -> None:
    """Prints the features whose own AUC is farthest from 0.5, with their means on both sides."""
    found = []
    for name in of_each[0]:
        column = np.array([one[name] for one in of_each])
        own_auc = float(roc_auc_score(is_model, column))
        found.append((abs(own_auc - 0.5), name, own_auc, column[is_model == 0].mean(), column[is_model == 1].mean()))
    print(f"{'feature':50s} {'AUC':>6s} {'pianist':>9s} {'model':>9s}")
    for _, name, own_auc, real, made in sorted(found, reverse=True)[:count]:
        print(f"{name:50s} {own_auc:6.3f} {real:9.3f} {made:9.3f}")


def _standardized(score: Vector) -> Vector:
    spread = float(score.std())
    standardized: Vector = (score - score.mean()) / (spread if spread > 0 else 1.0)
    return standardized


if __name__ == "__main__":
    main()
