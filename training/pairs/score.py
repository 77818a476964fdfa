"""Scores answers to pairs: exact matches and character errors, compared with two baselines.

    python score.py TRAIN.tsv TEST.tsv [ANSWERS.txt]     (RapidFuzz 3)

Copy: the source itself. Nearest: the target of the training pair whose source has the smallest Levenshtein distance.
Character errors: the sum of the Levenshtein distances to the targets, by the length of all targets.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from rapidfuzz import process
from rapidfuzz.distance import Levenshtein

Pair = tuple[str, str]


def main() -> None:
    if len(sys.argv) not in (3, 4):
        sys.exit("usage: python score.py TRAIN.tsv TEST.tsv [ANSWERS.txt]")
    train, test = read_pairs(Path(sys.argv[1])), read_pairs(Path(sys.argv[2]))
    targets = [target for _, target in test]
    print(f"{len(test)} pairs")
    report("copy", [source for source, _ in test], targets)
    report("nearest", nearest_targets(train, [source for source, _ in test]), targets)
    if len(sys.argv) == 4:
        answers = Path(sys.argv[3]).read_text(encoding="utf-8").splitlines()
        if len(answers) != len(test):
            sys.exit(f"{sys.argv[3]} has {len(answers)} lines, {sys.argv[2]} has {len(test)}")
        report("model", answers, targets)


def read_pairs(path: Path) -> list[Pair]:
    pairs = []
    for line in path.read_text(encoding="utf-8").splitlines():
        source, target = line.split("\t")
        pairs.append((source, target))
    return pairs


def nearest_targets(train: list[Pair], sources: list[str]) -> list[str]:
    known = [source for source, _ in train]
    found = []
    for source in sources:
        best = process.extractOne(source, known, scorer=Levenshtein.distance)
        found.append(train[best[2]][1])
    return found


def report(name: str, answers: Sequence[str], targets: Sequence[str]) -> None:
    exact = sum(answer == target for answer, target in zip(answers, targets, strict=True))
    errors = sum(Levenshtein.distance(answer, target) for answer, target in zip(answers, targets, strict=True))
    share, rate = exact / len(targets), errors / sum(map(len, targets))
    print(f"{name:8s} exact {100 * share:5.1f} %   character errors {100 * rate:5.1f} %")


if __name__ == "__main__":
    main()
