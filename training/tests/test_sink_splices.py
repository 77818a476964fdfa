"""Blocks that follow an attention sink: which ids they hold, what is scored, and that a stream resumes."""

from __future__ import annotations

from itertools import islice
from pathlib import Path

import numpy as np
import pytest
from synthetic import START, melody, write_dataset

from ostinato_training.augment import Augmenter
from ostinato_training.batches import Batch, BatchStream, DataCursor
from ostinato_training.data import IGNORED, Dataset, read_dataset
from ostinato_training.sink_splices import SinkSplices

LENGTH, SINK = 64, 16
FIRST = 400  # ids of the counting piece: START, FIRST, FIRST + 1, …


def stream(dataset: Dataset, share: float, cursor: DataCursor = DataCursor(), augmenter: Augmenter | None = None) -> list[Batch]:
    return list(islice(BatchStream(dataset, LENGTH, 4, 3, augmenter, cursor, splices=SinkSplices(share, SINK)), 30))


@pytest.fixture
def counting(tmp_path: Path) -> Dataset:
    return read_dataset(write_dataset(tmp_path, [list(range(FIRST, FIRST + 3000))], size=4000))


def test_a_sink_is_an_earlier_part_of_the_piece_and_is_not_scored(counting: Dataset) -> None:
    spliced, from_start = 0, 0
    for batch in stream(counting, 1.0):
        for inputs, targets in zip(batch.inputs, batch.targets):
            if targets[0] != IGNORED or (targets[-1] == IGNORED):
                continue  # at the beginning or the end of the piece
            sink, rest = inputs[:SINK], inputs[SINK:]
            spliced += 1
            from_start += int(sink[0] == START)
            assert (np.diff(sink[1:]) == 1).all() and (np.diff(rest) == 1).all()
            assert sink[-1] < rest[0]
            assert (targets[:SINK] == IGNORED).all()
            assert np.array_equal(targets[SINK:], rest + 1)
    assert spliced > 100 and 0.35 < from_start / spliced < 0.65


@pytest.mark.parametrize(("share", "low", "high"), [(0.0, 0.0, 0.0), (0.4, 0.3, 0.5)])
def test_a_share_of_the_blocks(counting: Dataset, share: float, low: float, high: float) -> None:
    rows = np.concatenate([batch.targets[:, 0] == IGNORED for batch in stream(counting, share)])
    assert low <= rows.mean() <= high


def test_sinks_are_augmented_like_their_blocks(tmp_path: Path) -> None:
    dataset = read_dataset(write_dataset(tmp_path, [melody(1000)]))
    keys = {60, 62, 64, 65, 67}
    seen = set()
    for batch in stream(dataset, 1.0, augmenter=Augmenter.of(dataset.vocabulary)):
        for inputs, targets in zip(batch.inputs, batch.targets):
            played = {int(id) for id in inputs[inputs < 128]}
            if targets[-1] == IGNORED:
                continue  # too short for one transposition alone
            semitones = [n for n in range(-3, 4) if played <= {key + n for key in keys}]
            assert len(semitones) == 1  # one for the sink and what follows it
            seen.add(semitones[0])
    assert len(seen) > 3


def test_a_stream_resumes_with_the_same_sinks(counting: Dataset) -> None:
    whole = stream(counting, 0.5)
    rest = stream(counting, 0.5, whole[9].after)
    for one, two in zip(whole[10:], rest):
        assert np.array_equal(one.inputs, two.inputs) and np.array_equal(one.targets, two.targets)
