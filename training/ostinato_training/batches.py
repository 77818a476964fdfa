"""The order of the ids in a training run.

An epoch cuts every piece at a random phase into consecutive blocks and shuffles them, so each id
occurs about once an epoch, with different block boundaries each time. The order is a pure
function of (seed, phase, epoch): resuming needs a cursor only.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from .augment import Augmenter
from .data import IGNORED, Dataset, Ids
from .errors import DatasetError
from .input_corruption import InputCorruption, corruptible_lengths
from .sink_splices import SinkSplices


@dataclass(frozen=True)
class DataCursor:
    """Position of a run in its data. `phase` counts the changes of block length or batch size so far."""

    phase: int = 0
    epoch: int = 0
    block: int = 0  # number of used blocks of the epoch


@dataclass(frozen=True)
class Epoch:
    """The shuffled blocks of one pass over the dataset."""

    piece: NDArray[np.int64]  # [blocks]
    start: NDArray[np.int64]  # first id of the block within its piece
    stop: NDArray[np.int64]  # one past its last input; the target of the last input is at `stop`
    choice: NDArray[np.float64]  # [blocks, 3] within [0, 1): transposition, stretch, loudness


@dataclass(frozen=True)
class Batch:
    inputs: NDArray[np.int64]  # [batch, length]
    targets: NDArray[np.int64]  # [batch, length]; IGNORED beyond the end of a short block, in the source of a pair, in a sink, and where `input_corruption.py` masks the loss
    after: DataCursor  # the cursor once this batch is used


def plan_epoch(lengths: NDArray[np.int64], length: int, seed: int, phase: int, epoch: int) -> Epoch:
    """Cuts pieces of `lengths` ids into blocks of `length` inputs (fewer at both ends of a piece).

    A piece that fits into a block is not cut: examples of a task are complete from START to END.
    """
    random = np.random.default_rng([seed, phase, epoch])
    pieces: list[NDArray[np.int64]] = []
    starts: list[NDArray[np.int64]] = []
    stops: list[NDArray[np.int64]] = []
    for number, (ids, offset) in enumerate(zip(lengths, random.integers(0, length, len(lengths)))):
        inside = np.arange(offset, ids - 1, length) if ids - 1 > length else np.empty(0, np.int64)
        cuts = np.unique(np.concatenate([[0], inside, [ids - 1]])).astype(np.int64)
        pieces.append(np.full(len(cuts) - 1, number))
        starts.append(cuts[:-1])
        stops.append(cuts[1:])
    piece, start, stop = np.concatenate(pieces), np.concatenate(starts), np.concatenate(stops)
    order = random.permutation(len(piece))
    return Epoch(piece[order], start[order], stop[order], random.random((len(piece), 3)))


class BatchStream:
    """An endless stream of batches, starting at a cursor.

    With `world` processes every process iterates over the same blocks and uses its own part of
    each batch, so `batch` is the number of blocks for one process.
    """

    def __init__(
        self,
        dataset: Dataset,
        length: int,
        batch: int,
        seed: int,
        augmenter: Augmenter | None,
        cursor: DataCursor,
        rank: int = 0,
        world: int = 1,
        corruption: InputCorruption | None = None,
        splices: SinkSplices | None = None,
    ) -> None:
        self.dataset, self.length, self.batch, self.seed = dataset, length, batch, seed
        self.augmenter, self.corruption, self.splices = augmenter, corruption, splices
        self.corruptible = None if corruption is None else corruptible_lengths(dataset)
        self.cursor, self.rank, self.world = cursor, rank, world
        self.filler = 0 if dataset.pad_id is None else dataset.pad_id  # never a target, so any id would do
        if int(dataset.lengths.max()) < 2:
            raise DatasetError("no piece of the dataset holds two ids, so there are no targets")

    def __iter__(self) -> Iterator[Batch]:
        cursor = self.cursor
        epoch = self._plan(cursor)
        while True:
            inputs = np.full((self.batch, self.length), self.filler, dtype=np.int64)
            targets = np.full((self.batch, self.length), IGNORED, dtype=np.int64)
            for index in range(self.batch * self.world):
                if cursor.block == len(epoch.piece):
                    cursor = DataCursor(cursor.phase, cursor.epoch + 1, 0)
                    epoch = self._plan(cursor)
                row = index - self.rank * self.batch
                if 0 <= row < self.batch:
                    ids, wanted = self._corrupted_block(epoch, cursor)
                    inputs[row, : len(ids) - 1] = ids[:-1]
                    targets[row, : len(ids) - 1] = wanted[1:]
                    targets[row, : self._ignored(epoch, cursor.block)] = IGNORED
                    sink = self._sink(epoch, cursor)
                    inputs[row, : len(sink)] = sink
                    targets[row, : len(sink)] = IGNORED
                cursor = replace(cursor, block=cursor.block + 1)
            yield Batch(inputs, targets, cursor)

    def _plan(self, cursor: DataCursor) -> Epoch:
        return plan_epoch(self.dataset.lengths, self.length, self.seed, cursor.phase, cursor.epoch)

    def _corrupted_block(self, epoch: Epoch, cursor: DataCursor) -> tuple[Ids, Ids]:
        """The inputs of a block, and the target of each. Corruption can make a block longer; the excess is cut off."""
        ids = self._block(epoch, cursor.block)
        stop = int(epoch.stop[cursor.block])
        if self.corruption is None or self.corruptible is None or stop >= self.corruptible[epoch.piece[cursor.block]]:
            return ids, ids
        random = np.random.default_rng([self.seed, cursor.phase, cursor.epoch, cursor.block])
        ids, wanted = self.corruption.corrupt(ids, random)
        return ids[: self.length + 1], wanted[: self.length + 1]

    def _ignored(self, epoch: Epoch, block: int) -> int:
        """Targets at the beginning of a block that belong to the source of a pair."""
        return max(0, self.dataset.first_target(int(epoch.piece[block])) - 1 - int(epoch.start[block]))

    def _sink(self, epoch: Epoch, cursor: DataCursor) -> Ids:
        """The ids that replace the first of a block, augmented like it; none where the block is short or stays whole."""
        block, splices = cursor.block, self.splices
        piece, start, stop = int(epoch.piece[block]), int(epoch.start[block]), int(epoch.stop[block])
        if splices is None or stop - start < self.length:
            return np.empty(0, np.int64)
        random = np.random.default_rng([self.seed, cursor.phase, cursor.epoch, block, 1])  # 1: other numbers than the corruption's
        first = splices.first_id(start, random)
        if first is None:
            return np.empty(0, np.int64)
        ids = self.dataset.cut(piece, first, first + splices.length + self._spare(splices.length))
        return (ids if self.augmenter is None else self.augmenter.augment(ids, *epoch.choice[block]))[: splices.length]

    def _spare(self, length: int) -> int:
        """Ids to cut beyond `length`, so that enough are left at a faster tempo, which needs fewer TIME_SHIFTs, and after corruption."""
        stretch = 0 if self.augmenter is None else self.augmenter.variants.stretch
        return int(length * max(1 / 8, stretch / (1 - stretch))) + 1

    def _block(self, epoch: Epoch, block: int) -> Ids:
        """Inputs and last target of a block: at most length + 1 ids."""
        piece, start, stop = int(epoch.piece[block]), int(epoch.start[block]), int(epoch.stop[block])
        if self.augmenter is None:
            return self.dataset.cut(piece, start, stop + 1)
        spare = self._spare(self.length) if stop - start == self.length else 0
        ids = self.dataset.cut(piece, start, stop + 1 + spare)
        return self.augmenter.augment(ids, *epoch.choice[block])[: self.length + 1]


def prefetch(batches: Iterator[Batch], ahead: int = 4) -> Iterator[Batch]:
    """The same batches, prepared by a thread while the model computes.

    An error in the thread is raised here. Closing this generator ends the thread.
    """
    ready: queue.Queue[Batch | BaseException] = queue.Queue(ahead)
    stopped = threading.Event()

    def put(item: Batch | BaseException) -> None:
        while not stopped.is_set():
            try:
                ready.put(item, timeout=0.2)
                return
            except queue.Full:
                continue

    def work() -> None:
        try:
            for batch in batches:
                put(batch)
                if stopped.is_set():
                    return
        except BaseException as error:  # raised again in the main thread
            put(error)

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    try:
        while True:
            item = ready.get()
            if isinstance(item, BaseException):
                raise item
            yield item
    finally:
        stopped.set()
        thread.join()  # a thread that still runs when Python ends may abort the process
