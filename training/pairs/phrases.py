"""Makes pairs of phrases: numbers and dates in English, French and German, and short names of sets of months.

    python phrases.py OUT     (num2words 0.5, Babel 2.19)

OUT/train, dev, test and stress receive fr.tsv, de.tsv (English and its translation) and summary.tsv. A number, date or set
is in one part only, in all languages. Numbers are below a million, those of `stress` have seven to nine digits.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from pathlib import Path

from babel.dates import format_date
from num2words import num2words

from month_sets import sets_of_months

SEED = 7
LANGUAGES = ("fr", "de")
EACH_NUMBER_BELOW = 1_000
LARGEST = 1_000_000
NUMBERS = 12_000
STRESS_NUMBERS = 500
FIRST_DAY, DAYS = date(1950, 1, 1), 36_525
DATES = 6_000
TRAIN_ORDERS = 3  # of the months of a set
PARTS = ("train", "train", "train", "train", "train", "train", "train", "train", "dev", "test")

Rows = dict[tuple[str, str], list[tuple[str, str]]]  # (part, task) → pairs


def main() -> None:
    if len(sys.argv) != 2:
        sys.exit("usage: python phrases.py OUT")
    out = Path(sys.argv[1])
    shuffle = random.Random(SEED)
    rows: Rows = {}
    for part, number in numbers(shuffle):
        for language in LANGUAGES:
            rows.setdefault((part, language), []).append((in_words(number, "en"), in_words(number, language)))
    for day in shuffle.sample(range(DAYS), DATES):
        part = shuffle.choice(PARTS)
        for language in LANGUAGES:
            rows.setdefault((part, language), []).append((in_full(day, "en"), in_full(day, language)))
    for members, name in sets_of_months(shuffle):
        part = shuffle.choice(PARTS)
        for _ in range(TRAIN_ORDERS if part == "train" else 1):
            rows.setdefault((part, "summary"), []).append((", ".join(shuffle.sample(members, len(members))), name))
    for (part, task), pairs in sorted(rows.items()):
        write(out / part / f"{task}.tsv", pairs)


def numbers(shuffle: random.Random) -> Iterator[tuple[str, int]]:
    """Numbers and their parts; every number below a thousand is one of them."""
    larger = shuffle.sample(range(EACH_NUMBER_BELOW, LARGEST), NUMBERS - EACH_NUMBER_BELOW)
    for number in [*range(EACH_NUMBER_BELOW), *larger]:
        yield shuffle.choice(PARTS), number
    for _ in range(STRESS_NUMBERS):
        digits = shuffle.choice((7, 8, 9))
        yield "stress", shuffle.randrange(10 ** (digits - 1), 10**digits)


def in_words(number: int, language: str) -> str:
    return str(num2words(number, lang=language))


def in_full(day: int, language: str) -> str:
    return str(format_date(FIRST_DAY + timedelta(days=day), "full", locale=language))


def write(path: Path, pairs: Iterable[tuple[str, str]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = [f"{source}\t{target}\n" for source, target in dict.fromkeys(pairs)]
    path.write_text("".join(lines), encoding="utf-8")
    print(f"{path}: {len(lines)} pairs")


if __name__ == "__main__":
    main()
