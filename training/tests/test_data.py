from __future__ import annotations

import json
import threading
from itertools import islice
from pathlib import Path

import numpy as np
import pytest
from synthetic import END, PAD, START, melody, write_dataset

from ostinato_training.augment import Augmenter
from ostinato_training.batches import BatchStream, DataCursor, plan_epoch, prefetch
from ostinato_training.data import IGNORED, read_dataset
from ostinato_training.errors import DatasetError


def test_reads_pieces(dataset_folder: Path) -> None:
    dataset = read_dataset(dataset_folder)
    assert dataset.piece(1).tolist() == [START, *melody(37, 51), END]
    assert dataset.cut(1, 147, 999).tolist() == [*melody(37, 51)[146:], END]
    assert dataset.lengths.tolist() == [len(melody(30 + 7 * index)) + 2 for index in range(5)]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"format": "other"}, "format must be 'ostinato-dataset', got 'other'"),
        ({"version": 2}, "version must be 1, got 2"),
        ({"idType": "uint32le"}, "idType must be 'uint16le'"),
        ({"startId": None}, "startId is null"),
        ({"startId": 388}, "piece 0 \\(piece-0.mid\\) has 389 where START 388 belongs"),
        ({"endId": 5}, "has 390 where END 5 belongs"),
        ({"ids": 3}, "ids.bin: .* bytes, dataset.json implies 6"),
        ({"pieces": []}, "holds no pieces"),
        ({"vocabulary": {"name": "small", "size": 390, "ranges": []}}, "holds id 390, the vocabulary ends at 389"),
        ({"vocabulary": {"name": "small"}}, "field 'size' is missing"),
    ],
)
def test_header_errors(dataset_folder: Path, change: dict[str, object], message: str) -> None:
    path = dataset_folder / "dataset.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | change))
    with pytest.raises(DatasetError, match=message):
        read_dataset(dataset_folder)


def test_file_errors(dataset_folder: Path) -> None:
    offsets = np.fromfile(dataset_folder / "index.bin", dtype="<u8")
    offsets[2] += 1
    offsets.tofile(dataset_folder / "index.bin")
    with pytest.raises(DatasetError, match="entry 2 is"):
        read_dataset(dataset_folder)
    (dataset_folder / "ids.bin").unlink()
    with pytest.raises(DatasetError, match="ids.bin does not exist"):
        read_dataset(dataset_folder)
    (dataset_folder / "dataset.json").write_text("{")
    with pytest.raises(DatasetError, match="is not JSON"):
        read_dataset(dataset_folder)
    with pytest.raises(DatasetError, match="make the dataset with `ostinato dataset`"):
        read_dataset(dataset_folder / "nowhere")


def test_an_epoch_predicts_every_id_once() -> None:
    lengths = np.array([2, 3, 50, 8, 17])
    for epoch in range(5):
        plan = plan_epoch(lengths, 8, seed=1, phase=0, epoch=epoch)
        targets = [(piece, t + 1) for piece, start, stop in zip(plan.piece, plan.start, plan.stop) for t in range(start, stop)]
        assert sorted(targets) == [(piece, t) for piece, length in enumerate(lengths) for t in range(1, length)]
        assert (plan.stop - plan.start).max() <= 8


def test_a_piece_that_fits_is_taken_whole() -> None:
    for epoch in range(5):
        plan = plan_epoch(np.array([9, 3, 10]), 8, seed=1, phase=0, epoch=epoch)
        blocks = {(piece, start, stop) for piece, start, stop in zip(plan.piece, plan.start, plan.stop)}
        assert {(0, 0, 8), (1, 0, 2)} <= blocks
        assert len(blocks) > 3  # ten ids are one prediction more than a block holds


def test_order_depends_on_seed_phase_and_epoch_only() -> None:
    lengths = np.array([400, 300])
    first = plan_epoch(lengths, 8, 1, 0, 0)
    assert np.array_equal(first.start, plan_epoch(lengths, 8, 1, 0, 0).start)
    for other in ((2, 0, 0), (1, 1, 0), (1, 0, 1)):
        assert not np.array_equal(first.start, plan_epoch(lengths, 8, *other).start)


@pytest.mark.parametrize("augmented", [False, True])
def test_stream_continues_from_any_place(dataset_folder: Path, augmented: bool) -> None:
    dataset = read_dataset(dataset_folder)
    augmenter = Augmenter.of(dataset.vocabulary) if augmented else None
    whole = list(islice(BatchStream(dataset, 16, 7, 3, augmenter, DataCursor()), 20))  # several epochs
    assert whole[-1].after.epoch >= 1
    for cut in (1, 9, 15):
        rest = list(islice(BatchStream(dataset, 16, 7, 3, augmenter, whole[cut - 1].after), 20 - cut))
        for one, two in zip(whole[cut:], rest):
            assert np.array_equal(one.inputs, two.inputs) and np.array_equal(one.targets, two.targets) and one.after == two.after


def test_processes_share_a_batch(dataset_folder: Path) -> None:
    dataset = read_dataset(dataset_folder)
    alone = next(iter(BatchStream(dataset, 16, 6, 3, None, DataCursor())))
    parts = [next(iter(BatchStream(dataset, 16, 3, 3, None, DataCursor(), rank, 2))) for rank in range(2)]
    assert np.array_equal(alone.inputs, np.concatenate([part.inputs for part in parts]))
    assert parts[0].after == parts[1].after == alone.after


def test_short_blocks_are_padded_and_ignored(tmp_path: Path) -> None:
    dataset = read_dataset(write_dataset(tmp_path, [[5, 6]]))
    batch = next(iter(BatchStream(dataset, 8, 1, 0, None, DataCursor(epoch=3))))
    real = int((batch.targets != IGNORED).sum())
    assert (batch.inputs[0, real:] == PAD).all() and (batch.targets[0, real:] == IGNORED).all()
    assert batch.targets[0, :real].tolist() == batch.inputs[0, 1:real].tolist() + [int(batch.targets[0, real - 1])]


def test_augmented_full_blocks_stay_full(tmp_path: Path) -> None:
    dataset = read_dataset(write_dataset(tmp_path, [melody(2000)]))
    batches = islice(BatchStream(dataset, 32, 10, 0, Augmenter.of(dataset.vocabulary), DataCursor()), 20)
    rows = np.concatenate([(batch.targets != IGNORED).sum(1) for batch in batches])
    assert (rows == 32).sum() >= len(rows) - 2  # all but the two ends of the piece


def test_closing_prefetch_ends_its_thread() -> None:
    before = threading.active_count()
    batches = prefetch(iter(range(1000)))  # type: ignore[arg-type]
    next(batches)
    assert threading.active_count() == before + 1
    del batches
    assert threading.active_count() == before


def test_prefetch_keeps_order_and_raises_errors() -> None:
    assert list(islice(prefetch(iter(range(9))), 5)) == [0, 1, 2, 3, 4]  # type: ignore[arg-type]

    def broken():  # type: ignore[no-untyped-def]
        yield 1
        raise DatasetError("lost")

    batches = prefetch(broken())
    assert next(batches) == 1
    with pytest.raises(DatasetError, match="lost"):
        next(batches)


def test_reads_windows_of_arrival_times(tmp_path: Path) -> None:
    """As `ostinato dataset --vocabulary arrival` writes them: each begins with one of two ids, and none is added."""
    windows = [[55026, 0, 10020, 11060, 50, 10020, 11064], [55027, 27513, 37533, 38573]]
    folder = tmp_path / "windows"
    folder.mkdir()
    np.array(sum(windows, []), dtype="<u2").tofile(folder / "ids.bin")
    np.array([0, 7, 11], dtype="<u8").tofile(folder / "index.bin")
    header = {
        "format": "ostinato-dataset",
        "version": 1,
        "idType": "uint16le",
        "vocabulary": {"name": "arrival-55028", "size": 55028, "ranges": [{"name": "ONSET", "first": 0, "count": 10000, "minimum": 0}]},
        "startId": None,
        "startIds": [55026, 55027],
        "endId": None,
        "padId": None,
        "tasks": [],
        "ids": 11,
        "pieces": [{"path": "a.mid", "ids": 7}, {"path": "a.mid", "ids": 4}],
    }
    (folder / "dataset.json").write_text(json.dumps(header))
    dataset = read_dataset(folder)
    assert [dataset.piece(index).tolist() for index in range(2)] == windows
    assert (dataset.start_id, dataset.end_id) == (55026, None)
    with pytest.raises(DatasetError, match="no NOTE_ON.*use --no-augment"):
        Augmenter.of(dataset.vocabulary)
    batch = next(iter(BatchStream(dataset, 8, 2, 0, None, DataCursor())))
    assert sorted(row[row != IGNORED].tolist() for row in batch.targets) == sorted(window[1:] for window in windows)
    (folder / "dataset.json").write_text(json.dumps(header | {"startIds": [55026]}))
    with pytest.raises(DatasetError, match="piece 1 \\(a.mid\\) has 55027 where START 55026 belongs"):
        read_dataset(folder)
