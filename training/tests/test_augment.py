"""Augmentation of ids, with literal vectors."""

from __future__ import annotations

import numpy as np
import pytest
from synthetic import END, NOTE_OFF, NOTE_ON, RANGES, START, VELOCITY, melody, shift

from ostinato_training.augment import Augmenter, Variants
from ostinato_training.data import IdRange, Ids, Vocabulary
from ostinato_training.errors import DatasetError

VOCABULARY = Vocabulary("performance-416", 416, {str(r["name"]): IdRange(int(r["first"]), int(r["count"]), int(r["minimum"])) for r in RANGES})  # type: ignore[call-overload]
AUGMENTER = Augmenter.of(VOCABULARY)


def array(*ids: int) -> Ids:
    return np.array(ids, dtype=np.int64)


def test_transposition_moves_notes_only() -> None:
    ids = array(START, VELOCITY + 3, NOTE_ON + 60, shift(100), NOTE_OFF + 60, shift(1), NOTE_ON + 124, END)
    moved = AUGMENTER.augment(ids, 0.99, 0.5)
    assert moved.tolist() == [START, VELOCITY + 3, NOTE_ON + 63, shift(100), NOTE_OFF + 63, shift(1), NOTE_ON + 127, END]


@pytest.mark.parametrize(("low", "high", "allowed"), [(60, 72, range(-3, 4)), (0, 60, range(0, 4)), (2, 126, range(-2, 2)), (0, 127, [0])])
def test_only_transpositions_inside_the_keyboard(low: int, high: int, allowed: list[int]) -> None:
    ids = array(NOTE_ON + low, shift(3), NOTE_OFF + high)
    chosen = {int(AUGMENTER.augment(ids, u, 0.5)[0]) - low for u in np.linspace(0, 0.999, 40)}
    assert chosen == set(allowed)


def test_loudness_moves_velocities_only_and_inside_their_bins() -> None:
    augmenter = Augmenter.of(VOCABULARY, Variants(0, 0, 4))
    ids = array(VELOCITY + 29, NOTE_ON + 60, shift(10), VELOCITY + 5, NOTE_OFF + 60)
    moved = {tuple(augmenter.augment(ids, 0.5, 0.5, u)) for u in np.linspace(0, 0.999, 40)}
    assert moved == {(VELOCITY + 29 + n, NOTE_ON + 60, shift(10), VELOCITY + 5 + n, NOTE_OFF + 60) for n in range(-4, 3)}
    assert np.array_equal(AUGMENTER.augment(ids, 0.5, 0.5, 0.9), ids)


def test_wider_variants() -> None:
    augmenter = Augmenter.of(VOCABULARY, Variants(6, 0.2))
    ids = array(NOTE_ON + 60, shift(50), NOTE_OFF + 60)
    variants = {(int(out[0]) - 60, int(out[1]) - shift(0)) for u in np.linspace(0, 0.99, 60) for v in np.linspace(0, 0.99, 20) for out in [augmenter.augment(ids, u, v)]}
    assert variants == {(semitones, steps) for semitones in range(-6, 7) for steps in (40, 45, 50, 55, 60)}


@pytest.mark.parametrize(
    ("factor", "before", "after"),
    [
        (1.05, [100], [100, 5]),  # one id becomes two
        (0.95, [100, 2], [97]),  # two become one: 96.9
        (1.05, [100, 100, 50], [100, 100, 63]),  # 262.5 rounds up
        (0.95, [100, 100, 100], [100, 100, 85]),
        (1.05, [100, 100], [100, 100, 10]),
        (0.95, [1], [1]),  # a gap keeps one step
        (1.0, [100, 2], [100, 2]),
    ],
)
def test_stretch_of_one_gap(factor: float, before: list[int], after: list[int]) -> None:
    ids = array(NOTE_ON + 60, *(shift(steps) for steps in before), NOTE_OFF + 60)
    assert AUGMENTER.stretch(ids, factor).tolist() == [NOTE_ON + 60, *(shift(steps) for steps in after), NOTE_OFF + 60]


def test_rounding_does_not_accumulate() -> None:
    # Times 9, 18, 27, 36 times 1.05 are 9.45, 18.9, 28.35, 37.8.
    ids = array(shift(9), NOTE_ON + 1, shift(9), NOTE_ON + 2, shift(9), NOTE_ON + 3, shift(9))
    assert AUGMENTER.stretch(ids, 1.05).tolist() == [shift(9), NOTE_ON + 1, shift(10), NOTE_ON + 2, shift(9), NOTE_ON + 3, shift(10)]


def test_gaps_of_one_step_stay_and_borrow_from_later_ones() -> None:
    ids = array(*[id for index in range(30) for id in (shift(1), NOTE_ON + index)], shift(20), NOTE_ON + 50)
    out = AUGMENTER.stretch(ids, 0.95)
    assert out.tolist()[:60] == ids.tolist()[:60]
    assert out.tolist()[60:] == [shift(18), NOTE_ON + 50]  # 50 · 0.95 = 47.5 → 48, of which 30 are spent


def decode(ids: Ids) -> list[tuple[int, int]]:
    """(time in steps, id) of everything that is not a shift."""
    time, events = 0, []
    for id in ids.tolist():
        if shift(1) <= id <= shift(100):
            time += id - shift(1) + 1
        else:
            events.append((time, id))
    return events


@pytest.mark.parametrize("factor", Variants().factors)
def test_note_structure_is_kept_on_random_blocks(factor: float) -> None:
    random = np.random.default_rng(5)
    ids = random.choice(np.concatenate([np.arange(0, 256), np.repeat(np.arange(256, 356), 4), np.arange(356, 388)]), 3000)
    before, after = decode(ids), decode(AUGMENTER.stretch(ids, factor))
    assert [id for _, id in before] == [id for _, id in after]
    for (time, _), (stretched, _) in zip(before, after):
        assert abs(stretched - time * factor) <= 1.5  # half a step, plus a gap extended to one step


def test_is_a_function_of_its_choices() -> None:
    ids = np.array(melody(40), dtype=np.int64)
    assert np.array_equal(AUGMENTER.augment(ids, 0.1, 0.9), AUGMENTER.augment(ids, 0.1, 0.9))
    variants = {tuple(AUGMENTER.augment(ids, u, v).tolist()) for u in np.linspace(0, 0.99, 30) for v in np.linspace(0, 0.99, 30)}
    assert len(variants) == 35


def test_vocabularies_without_notes_are_refused() -> None:
    with pytest.raises(DatasetError, match='"gpt2" has no NOTE_ON, NOTE_OFF, TIME_SHIFT range.*--no-augment'):
        Augmenter.of(Vocabulary("gpt2", 50257, {}))
    no_velocities = {name: of for name, of in VOCABULARY.ranges.items() if name != "VELOCITY"}
    with pytest.raises(DatasetError, match="no VELOCITY range, which --loudness requires"):
        Augmenter.of(Vocabulary("performance-388", 416, no_velocities), Variants(loudness=1))
