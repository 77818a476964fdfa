"""Sets of months, and the shorter of two phrases that name each."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from itertools import combinations, groupby

MONTHS = ("january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december")


def sets_of_months(shuffle: random.Random) -> Iterator[tuple[list[str], str]]:
    """All sets of three to eleven months in any order, each with its name."""
    chosen = [months for size in range(3, len(MONTHS)) for months in combinations(range(len(MONTHS)), size)]
    shuffle.shuffle(chosen)
    for months in chosen:
        yield [MONTHS[month] for month in months], set_name(months)


def set_name(months: Sequence[int]) -> str:
    """The shorter of two phrases: the months in a list, or "every month but" the others.

    months  indices of months, ascending; at least one of the twelve is missing
    """
    others = [month for month in range(len(MONTHS)) if month not in months]
    return min(in_list(months), f"every month but {in_list(others)}", key=len)


def in_list(months: Sequence[int]) -> str:
    """The months in the order of the year; three or more in a row are "A to B"."""
    phrases: list[str] = []
    for _, row in groupby(enumerate(months), key=lambda place: place[1] - place[0]):
        names = [MONTHS[month] for _, month in row]
        phrases += names if len(names) < 3 else [f"{names[0]} to {names[-1]}"]
    return phrases[0] if len(phrases) == 1 else f"{', '.join(phrases[:-1])} and {phrases[-1]}"
