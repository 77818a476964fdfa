"""Input corruption: changed inputs, targets, and validity by the grammar."""

from __future__ import annotations

from itertools import islice
from pathlib import Path

import numpy as np
import pytest
from synthetic import NOTE_OFF, NOTE_ON, RANGES, START, TIME_SHIFT, VELOCITY, melody, shift, write_dataset

from ostinato_training.batches import BatchStream, DataCursor
from ostinato_training.data import IGNORED, IdRange, Ids, Vocabulary, read_dataset
from ostinato_training.errors import DatasetError
from ostinato_training.input_corruption import PIANO, InputCorruption, corruptible_lengths

VOCABULARY = Vocabulary("performance-416", 416, {str(r["name"]): IdRange(int(r["first"]), int(r["count"]), int(r["minimum"])) for r in RANGES})  # type: ignore[call-overload]
TASK, STYLE = 391, 400


def chords(random: np.random.Generator, notes: int) -> Ids:
    """Valid random music of several voices; some notes sound across both ends."""
    ids, sounding = [], {50}
    while len(ids) < notes * 4:
        kind = random.integers(0, 4)
        pitch = int(random.integers(40, 80))
        if kind == 0 and pitch not in sounding:
            sounding.add(pitch)
            ids.append(NOTE_ON + pitch)
        elif kind == 1 and sounding:
            off = sorted(sounding)[int(random.integers(0, len(sounding)))]
            sounding.discard(off)
            ids.append(NOTE_OFF + off)
        elif kind == 2:
            ids.append(VELOCITY + int(random.integers(0, 32)))
        else:
            ids.append(TIME_SHIFT + int(random.integers(0, 100)))
    return np.array(ids)


def steps(ids: Ids) -> int:
    shifts = ids[(ids >= TIME_SHIFT) & (ids < TIME_SHIFT + 100)]
    return int((shifts - TIME_SHIFT + 1).sum())


def note_ons(ids: Ids) -> list[int]:
    return [id for id in ids.tolist() if NOTE_ON <= id < NOTE_ON + 128]


@pytest.mark.parametrize("seed", range(40))
def test_notes_neither_begin_twice_nor_end_unbegun_and_times_stay(seed: int) -> None:
    random = np.random.default_rng(seed)
    before = chords(random, 200)
    ids, targets = InputCorruption.of(VOCABULARY, 1.0).corrupt(before, random)
    unbegun = {id - NOTE_OFF for id in before.tolist() if NOTE_OFF <= id < NOTE_OFF + 128}
    sounding: set[int] = set()
    for id in ids.tolist():
        if NOTE_ON <= id < NOTE_ON + 128:
            assert id - NOTE_ON not in sounding
            sounding.add(id - NOTE_ON)
            unbegun.discard(id - NOTE_ON)
        elif NOTE_OFF <= id < NOTE_OFF + 128:
            assert id - NOTE_OFF in sounding or id - NOTE_OFF in unbegun
            sounding.discard(id - NOTE_OFF)
            unbegun.discard(id - NOTE_OFF)
    assert steps(ids) == steps(before)
    assert targets.shape == ids.shape


def test_targets_are_the_original_ids() -> None:
    """Every target is the original id at its position, for any corruption."""
    random = np.random.default_rng(5)
    before = np.array(melody(400))
    ids, targets = InputCorruption.of(VOCABULARY, 1.0).corrupt(before, random)
    unasked = ids[targets == IGNORED]
    assert len(unasked) > 0
    assert all(id < NOTE_ON + 128 or TIME_SHIFT <= id < TIME_SHIFT + 100 for id in unasked.tolist())
    wrong = ids != targets
    assert {id - NOTE_ON for id in ids[wrong & (ids < NOTE_ON + 128)].tolist()} <= set(PIANO)
    asked = note_ons(targets)
    rest = iter(note_ons(before))
    assert all(any(id == other for other in rest) for id in asked)  # in the same order
    # A note of the melody is a target also if it was moved or deleted, except after two deletions in a row.
    assert 300 < len(asked) <= 400


def test_as_many_notes_are_deleted_as_inserted() -> None:
    random = np.random.default_rng(2)
    before = np.array(melody(400))
    counts = [len(note_ons(InputCorruption.of(VOCABULARY, 1.0).corrupt(before, random)[0])) for _ in range(200)]
    assert min(counts) < 392 and max(counts) > 408
    assert abs(np.mean(counts) - 400) < 8


def test_deletion_removes_the_velocity_and_merges_time_shifts() -> None:
    chord = [VELOCITY + 3, NOTE_ON + 60, shift(10), NOTE_OFF + 60, shift(95), VELOCITY + 9, NOTE_ON + 64, shift(10), NOTE_OFF + 64, shift(5), NOTE_ON + 67]
    corruption = InputCorruption.of(VOCABULARY, 1.0)
    seen = {tuple(corruption.corrupt(np.array(chord), np.random.default_rng(seed))[0].tolist()) for seed in range(3000)}
    kept = [VELOCITY + 3, NOTE_ON + 60, shift(10), NOTE_OFF + 60]
    assert (*kept, shift(100), shift(10), NOTE_ON + 67) in seen
    assert (VELOCITY + 3, NOTE_ON + 60, shift(10), NOTE_OFF + 60, shift(95), VELOCITY + 9, NOTE_ON + 64, shift(10), NOTE_OFF + 64, shift(5)) in seen
    for ids in seen:
        assert all(not VELOCITY <= id < VELOCITY + 32 or after < NOTE_ON + 128 for id, after in zip(ids, ids[1:]))


def test_a_share_of_the_blocks() -> None:
    random = np.random.default_rng(1)
    before = np.array(melody(60))
    changed = [not np.array_equal(*InputCorruption.of(VOCABULARY, 0.5).corrupt(before, random)) for _ in range(400)]
    assert 0.35 < np.mean(changed) < 0.55
    ids, targets = InputCorruption.of(VOCABULARY, 0.0).corrupt(before, random)
    assert np.array_equal(ids, before) and np.array_equal(targets, before)


def test_no_corruption_after_a_task_nor_with_a_style(tmp_path: Path) -> None:
    pieces = [melody(30), [TASK, *melody(30)], [*melody(20), TASK + 5, *melody(3), TASK], [*melody(9), STYLE, *melody(9)], melody(5)]
    dataset = read_dataset(write_dataset(tmp_path, pieces))
    assert corruptible_lengths(dataset).tolist() == [len(pieces[0]) + 2, 1, 82, 0, len(pieces[4]) + 2]


def test_a_stream_resumes_with_the_same_noise(tmp_path: Path) -> None:
    dataset = read_dataset(write_dataset(tmp_path, [melody(300), melody(200)]))
    corruption = InputCorruption.of(dataset.vocabulary, 0.7)
    whole = list(islice(BatchStream(dataset, 64, 4, 3, None, DataCursor(), corruption=corruption), 12))
    rest = list(islice(BatchStream(dataset, 64, 4, 3, None, whole[4].after, corruption=corruption), 7))
    for one, two in zip(whole[5:], rest):
        assert np.array_equal(one.inputs, two.inputs) and np.array_equal(one.targets, two.targets)
    assert any(((batch.targets == IGNORED) & (batch.inputs < START)).any() for batch in whole)


def test_a_vocabulary_without_notes_is_refused() -> None:
    with pytest.raises(DatasetError, match="--noise"):
        InputCorruption.of(Vocabulary("text", 100, {}), 0.5)
