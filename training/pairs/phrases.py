"""Makes pairs of phrases: numbers and dates in English, French and German, and the shortest phrase that names a set.

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

SEED = 7
LANGUAGES = ("fr", "de")
EACH_NUMBER_BELOW = 1_000
LARGEST = 1_000_000
NUMBERS = 12_000
STRESS_NUMBERS = 500
FIRST_DAY, DAYS = date(1950, 1, 1), 36_525
DATES = 6_000
SETS = 6_000
SET_BELOW = 500
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
    for members, name in sets(shuffle):
        rows.setdefault((shuffle.choice(PARTS), "summary"), []).append((members, name))
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


def sets(shuffle: random.Random) -> Iterator[tuple[str, str]]:
    """Sets of three to eight numbers below SET_BELOW, in any order, and the shortest of the phrases that name them.

    The family of phrases: "A to B"; "even numbers from A to B", "odd numbers from A to B"; "multiples of K from A to B".
    The first one that names exactly the set is the shortest.
    """
    seen: set[tuple[int, ...]] = set()
    while len(seen) < SETS:
        step = shuffle.choice((1, 2, 3, 4, 5, 6, 7, 8, 9, 10))
        size = shuffle.randint(3, 8)
        first = shuffle.randrange(1, SET_BELOW - step * (size - 1))
        if step > 2:
            first -= first % step
        members = tuple(range(first, first + step * size, step))
        if first == 0 or members in seen:
            continue
        seen.add(members)
        mixed = shuffle.sample(members, size)
        yield ", ".join(in_words(member, "en") for member in mixed), set_name(members, step)


def set_name(members: tuple[int, ...], step: int) -> str:
    ends = f"{in_words(members[0], 'en')} to {in_words(members[-1], 'en')}"
    if step == 1:
        return ends
    if step == 2:
        return f"{'odd' if members[0] % 2 else 'even'} numbers from {ends}"
    return f"multiples of {in_words(step, 'en')} from {ends}"


def write(path: Path, pairs: Iterable[tuple[str, str]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = [f"{source}\t{target}\n" for source, target in dict.fromkeys(pairs)]
    path.write_text("".join(lines), encoding="utf-8")
    print(f"{path}: {len(lines)} pairs")


if __name__ == "__main__":
    main()
