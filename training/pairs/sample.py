"""Draws some phrases of a part, with their pairs of every task.

    python sample.py PHRASES/train COUNT OUT fr [de …]

OUT/fr.tsv, … receive the pairs of the same COUNT sources. A larger count includes the sources of a smaller one.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Iterable
from pathlib import Path

SEED = 11


def main() -> None:
    if len(sys.argv) < 5 or not sys.argv[2].isdecimal():
        sys.exit("usage: python sample.py PHRASES/train COUNT OUT fr [de …]")
    part, count, out, tasks = Path(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3]), sys.argv[4:]
    lines = {task: (part / f"{task}.tsv").read_text(encoding="utf-8").splitlines() for task in tasks}
    chosen = choose(lines.values(), count)
    out.mkdir(parents=True, exist_ok=True)
    for task in tasks:
        kept = [f"{line}\n" for line in lines[task] if source(line) in chosen]
        (out / f"{task}.tsv").write_text("".join(kept), encoding="utf-8")
        print(f"{out / task}.tsv: {len(kept)} pairs")


def choose(files: Iterable[list[str]], count: int) -> set[str]:
    """The first `count` of the shuffled sources that all files have."""
    first, *others = ([source(line) for line in lines] for lines in files)
    common = set(first).intersection(*others)
    if not 0 < count <= len(common):
        sys.exit(f"COUNT must be within 1 … {len(common)}, the sources that all tasks have; got {count}")
    sources = [one for one in dict.fromkeys(first) if one in common]
    random.Random(SEED).shuffle(sources)
    return set(sources[:count])


def source(line: str) -> str:
    return line.split("\t")[0]


if __name__ == "__main__":
    main()
