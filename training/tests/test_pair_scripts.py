"""The scripts of training/pairs that need no other package."""

from __future__ import annotations

import random
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "pairs"))

import sample
from month_sets import set_name, sets_of_months


@pytest.mark.parametrize(
    ("months", "name"),
    [
        ([0, 1, 2], "january to march"),
        ([0, 2, 3], "january, march and april"),
        ([2, 3, 4, 7, 9, 10, 11], "march to may, august and october to december"),
        ([0, 1, 2, 3, 4, 6, 7, 8, 9, 10, 11], "every month but june"),
        ([0, 2, 3, 5, 6, 8, 9, 11], "every month but february, may, august and november"),
    ],
)
def test_a_set_has_the_shorter_name(months: list[int], name: str) -> None:
    assert set_name(months) == name


def test_every_set_comes_once_with_a_name_of_its_own() -> None:
    sets = list(sets_of_months(random.Random(1)))
    assert len(sets) == 2**12 - 1 - 1 - 12 - 66  # without the empty set, the year, single months and pairs
    assert len({tuple(members) for members, _ in sets}) == len({name for _, name in sets}) == len(sets)


def test_a_larger_sample_includes_a_smaller_one() -> None:
    french = [f"{number}\tf{number}" for number in range(50)]
    german = [f"{number}\tg{number}" for number in range(10, 60)]
    small, large = sample.choose([french, german], 5), sample.choose([french, german], 40)
    assert len(small) == 5
    assert small < large == {str(number) for number in range(10, 50)}


def test_the_pairs_of_a_sample_keep_their_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    for task in ("fr", "de"):
        (tmp_path / f"{task}.tsv").write_text("".join(f"{number}\t{task}{number}\n" for number in range(9)))
    monkeypatch.setattr(sys, "argv", ["sample.py", str(tmp_path), "3", str(tmp_path / "some"), "fr", "de"])
    sample.main()
    numbers = [line.split("\t")[0] for line in (tmp_path / "some" / "fr.tsv").read_text().splitlines()]
    assert len(numbers) == 3 and numbers == sorted(numbers)
    assert (tmp_path / "some" / "de.tsv").read_text() == "".join(f"{number}\tde{number}\n" for number in numbers)
    monkeypatch.setattr(sys, "argv", ["sample.py", str(tmp_path), "10", str(tmp_path / "some"), "fr", "de"])
    with pytest.raises(SystemExit, match="COUNT must be within 1 … 9"):
        sample.main()
