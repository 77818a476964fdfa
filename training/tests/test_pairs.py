"""Datasets of pairs: the loss and the evaluation count the target alone, with the end of text behind it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from synthetic import write_pairs

from ostinato_training.batches import BatchStream, DataCursor
from ostinato_training.config import DecoderConfig
from ostinato_training.data import IGNORED, read_dataset
from ostinato_training.errors import DatasetError
from ostinato_training.evaluate import evaluate
from ostinato_training.model import Decoder

SEPARATOR, END, SIZE = 10, 11, 12
PAIRS = [([1, 2, 3], [4, 5]), ([6], [7, 8, 9])]


@pytest.fixture
def pairs_folder(tmp_path: Path) -> Path:
    return write_pairs(tmp_path / "pairs", PAIRS, SEPARATOR, END, SIZE)


def targets_of_an_epoch(folder: Path, length: int) -> list[int]:
    """All ids that the loss counts in one epoch, in any order."""
    found: list[int] = []
    for batch in BatchStream(read_dataset(folder), length, 1, 3, None, DataCursor()):
        found += batch.targets[batch.targets != IGNORED].tolist()
        if batch.after.epoch > 0 or len(found) >= 7:
            return sorted(found)
    raise AssertionError("the stream ended")


def test_the_first_target_is_the_one_behind_the_separator(pairs_folder: Path) -> None:
    dataset = read_dataset(pairs_folder)
    assert [int(dataset.piece(piece)[dataset.first_target(piece)]) for piece in range(2)] == [4, 7]


@pytest.mark.parametrize("length", [8, 3])
def test_the_loss_counts_targets_and_their_ends(pairs_folder: Path, length: int) -> None:
    assert targets_of_an_epoch(pairs_folder, length) == [4, 5, 7, 8, 9, END, END]


@pytest.mark.parametrize("window", [8, 4])
def test_the_evaluation_counts_the_same(pairs_folder: Path, window: int) -> None:
    dataset = read_dataset(pairs_folder)
    torch.manual_seed(0)
    config = DecoderConfig(vocabulary="text", vocab_size=SIZE, n_layer=1, n_embd=8, n_head=2, n_inner=16, n_positions=8, position="learned", start_id=END)
    model = Decoder(config).eval()
    score = evaluate(model, dataset, range(2), window)
    assert score.ids == 7
    if window < 8:
        return
    nats = 0.0
    for piece, first in ((0, 5), (1, 3)):
        ids = torch.from_numpy(dataset.piece(piece))
        with torch.inference_mode():
            log_probabilities = model(ids[None, :-1])[0].log_softmax(-1)
        nats -= float(sum(log_probabilities[index - 1, ids[index]] for index in range(first, len(ids))))
    assert score.nats == pytest.approx(nats, abs=1e-4)


def test_targets_outside_their_piece_are_an_error(pairs_folder: Path) -> None:
    np.array([5, 99]).astype("<u8").tofile(pairs_folder / "targets.bin")
    with pytest.raises(DatasetError, match="entry 1 is 99, its piece has 7 ids"):
        read_dataset(pairs_folder)
    (pairs_folder / "targets.bin").unlink()
    with pytest.raises(DatasetError, match="targets.bin does not exist"):
        read_dataset(pairs_folder)
