"""Wrong notes: what is changed, what is asked for, and that the grammar holds."""

from __future__ import annotations

from itertools import islice
from pathlib import Path

import numpy as np
import pytest
from synthetic import NOTE_OFF, NOTE_ON, PAD, RANGES, START, TIME_SHIFT, VELOCITY, melody, write_dataset

from ostinato_training.batches import IGNORED, BatchStream, Place
from ostinato_training.data import IdRange, Ids, Vocabulary, read_dataset
from ostinato_training.errors import DatasetError
from ostinato_training.noise import PIANO, Noise, ids_before_tasks

VOCABULARY = Vocabulary("performance-416", 416, {str(r["name"]): IdRange(int(r["first"]), int(r["count"]), int(r["minimum"])) for r in RANGES})  # type: ignore[call-overload]
TASK = 391


def chords(random: np.random.Generator, notes: int) -> Ids:
    """Random music of several voices that obeys the grammar; some notes sound on at both ends."""
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


@pytest.mark.parametrize("seed", range(40))
def test_notes_neither_begin_twice_nor_end_unbegun_and_times_stay(seed: int) -> None:
    random = np.random.default_rng(seed)
    before = chords(random, 200)
    ids, learned = Noise.of(VOCABULARY, 1.0).add(before, random)
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
    assert learned.shape == ids.shape


def test_what_is_learned_is_what_was_there() -> None:
    """Learned note-ons, velocities and the ends of gaps are the piece's own; note-ons that were added or moved are not asked for."""
    random = np.random.default_rng(5)
    before = np.array(melody(400))
    ids, learned = Noise.of(VOCABULARY, 1.0).add(before, random)
    ons = lambda of: [id for id in of.tolist() if id < NOTE_ON + 128]  # noqa: E731
    unlearned = ids[~learned]
    assert len(unlearned) > 0
    assert all(id < NOTE_ON + 128 or TIME_SHIFT <= id < TIME_SHIFT + 100 for id in unlearned.tolist())
    assert {id - NOTE_ON for id in ons(unlearned)} <= set(PIANO)
    kept = iter(ons(before))
    assert all(any(id == other for other in kept) for id in ons(ids[learned]))  # in the same order
    added = len(ons(ids)) - len(ons(before))
    assert 0 < added < len(ons(unlearned))  # some added, some moved


def test_a_share_of_the_blocks() -> None:
    random = np.random.default_rng(1)
    before = np.array(melody(60))
    changed = [not Noise.of(VOCABULARY, 0.5).add(before, random)[1].all() for _ in range(400)]
    assert 0.35 < np.mean(changed) < 0.55
    ids, learned = Noise.of(VOCABULARY, 0.0).add(before, random)
    assert np.array_equal(ids, before) and learned.all()


def test_only_before_the_first_task_of_a_piece(tmp_path: Path) -> None:
    pieces = [melody(30), [TASK, *melody(30)], [*melody(20), TASK + 5, *melody(3), TASK]]
    dataset = read_dataset(write_dataset(tmp_path, pieces))
    assert ids_before_tasks(dataset).tolist() == [len(pieces[0]) + 2, 1, 82]


def test_a_stream_resumes_with_the_same_noise(tmp_path: Path) -> None:
    dataset = read_dataset(write_dataset(tmp_path, [melody(300), melody(200)]))
    noise = Noise.of(dataset.vocabulary, 0.7)
    whole = list(islice(BatchStream(dataset, 64, 4, 3, None, Place(), noise=noise), 12))
    rest = list(islice(BatchStream(dataset, 64, 4, 3, None, whole[4].after, noise=noise), 7))
    for one, two in zip(whole[5:], rest):
        assert np.array_equal(one.inputs, two.inputs) and np.array_equal(one.targets, two.targets)
    for batch in whole:
        asked = (batch.targets[:, :-1] != IGNORED) & (batch.inputs[:, 1:] != PAD)
        assert np.array_equal(batch.targets[:, :-1][asked], batch.inputs[:, 1:][asked])
    assert any(((batch.targets == IGNORED) & (batch.inputs < START)).any() for batch in whole)


def test_a_vocabulary_without_notes_is_refused() -> None:
    with pytest.raises(DatasetError, match="--noise"):
        Noise.of(Vocabulary("text", 100, {}), 0.5)
