"""Makes truncation.json beside this file: the ids that transformers' warpers keep.

    python test/engine/sampling/golden/make_truncation.py        (made with torch 2.13, transformers 5.24)

Scores: with equal ones, with excluded ones (null), with sums that reach a bound exactly, and random ones. PyTorch's sort of more
than 16 numbers is not stable: which of equal ids top-p keeps is open there, so it is replaced by the stable sort.
"""

import json
import math
import random
from pathlib import Path

import torch
from transformers import MinPLogitsWarper, TopKLogitsWarper, TopPLogitsWarper, TypicalLogitsWarper

WARPERS = {"topK": TopKLogitsWarper, "topP": TopPLogitsWarper, "minP": MinPLogitsWarper, "typicalP": TypicalLogitsWarper}
NO = -math.inf
LN2 = math.log(2)
sort = torch.sort

LISTS = [
    [0.0] * 4,
    [0.0] * 300,
    [1.5] * 7,
    [LN2, 0, 0],
    [0, LN2, 0],
    [0, 2 * LN2, LN2, 0],
    [2 * LN2, 0, LN2, LN2, 0, NO, 0],
    [3, 3, 1, 1, 1, 0, 0, 0],
    [2, 1, 2, NO, 1, 2, 1, 0],
    [5, NO, 5, NO, 5],
]


def kept(name: str, value: float, scores: list[float]) -> list[int]:
    changed = WARPERS[name](value)(None, torch.tensor([scores], dtype=torch.float32))[0]
    return [i for i, score in enumerate(changed.tolist()) if score > NO]


def main() -> None:
    draw = random.Random(7)
    lists = [*LISTS]
    for size in (5, 9, 16, 17, 24, 40):
        lists.append([float(draw.randrange(4)) for _ in range(size)])
        lists.append([round(draw.gauss(0, 2), 3) if draw.random() < 0.8 else NO for _ in range(size)] + [0.0])
    cases = []
    for scores in lists:
        values = {"topK": (1, 2, 3, len(scores) // 2 + 1), "topP": (0.25, 0.5, 0.75, 0.7, 0.9), "minP": (0.1, 0.25, 0.5, 1.0), "typicalP": (0.25, 0.5, 0.7, 0.95)}
        for name, each in values.items():
            for value in each[-2:-1] if len(scores) > 40 else each:
                ids = kept(name, value, scores)
                torch.sort = lambda values, **options: sort(values, stable=True, **options)
                stable = kept(name, value, scores)
                torch.sort = sort
                assert len(stable) == len(ids) and (stable == ids or len(scores) > 16), (name, value, scores)
                cases.append({"rule": name, "value": value, "scores": [None if score == NO else score for score in scores], "kept": stable})
    lines = ",\n".join(json.dumps(case, separators=(",", ":")) for case in cases)
    (Path(__file__).parent / "truncation.json").write_text(f"[\n{lines}\n]\n")


main()
