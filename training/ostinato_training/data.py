"""Reads a dataset folder, as `ostinato dataset` writes it: `dataset.json`, `ids.bin`, `index.bin`; of pairs also `targets.bin`."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .errors import DatasetError

Ids = NDArray[np.int64]
IGNORED = -100  # target that the loss skips; PyTorch's default ignore_index


@dataclass(frozen=True)
class IdRange:
    """Ids `first … first+count−1` of one event kind; the first id has the value `minimum`."""

    first: int
    count: int
    minimum: int


@dataclass(frozen=True)
class Vocabulary:
    name: str
    size: int
    ranges: dict[str, IdRange]
    tokens_hash: str | None = None  # of a text dataset: which tokenizer made it (`tokens.py`)


@dataclass(frozen=True)
class TextSize:
    """Sizes of a text that do not depend on the tokenizer."""

    characters: int  # Unicode code points
    utf8_bytes: int


@dataclass(frozen=True)
class Dataset:
    """Pieces of ids on disk (memory-mapped), each between START and END (END absent where `end_id` is None).

    Windows of arrival times begin with one of two ids instead, by whether they have controls: `start_id` is the first of them.
    """

    vocabulary: Vocabulary
    start_id: int
    end_id: int | None
    pad_id: int | None
    paths: list[str]  # source file of each piece
    ids: NDArray[np.uint16]  # all pieces, one after the other
    offsets: NDArray[np.uint64]  # [pieces + 1], in ids
    text_sizes: list[TextSize] | None = None  # of each piece, where the pieces are texts
    first_targets: NDArray[np.int64] | None = None  # [pieces]; of pairs: the first id of each piece that the loss counts, START being 0

    @property
    def lengths(self) -> NDArray[np.int64]:
        """Ids of each piece, START and END included.  # [pieces]"""
        offsets = self.offsets.astype(np.int64)
        return offsets[1:] - offsets[:-1]

    def cut(self, piece: int, start: int, stop: int) -> Ids:
        """Ids start … stop−1 of a piece (clipped to it), counted from its START."""
        first, end = int(self.offsets[piece]), int(self.offsets[piece + 1])
        return self.ids[first + start : min(first + stop, end)].astype(np.int64)

    def piece(self, piece: int) -> Ids:
        """A whole piece, START and END included."""
        return self.cut(piece, 0, int(self.lengths[piece]))

    def first_target(self, piece: int) -> int:
        """The index in the piece of its first id that the loss counts; 1 but for pairs, for START is not predicted."""
        return 1 if self.first_targets is None else int(self.first_targets[piece])


def read_dataset(folder: Path) -> Dataset:
    """Opens a dataset folder and checks that its three files are consistent.

    Raises DatasetError naming the file and the mismatch.
    """
    header_path = folder / "dataset.json"
    header = _read_header(header_path)
    try:
        vocabulary = Vocabulary(
            name=str(header["vocabulary"]["name"]),
            size=int(header["vocabulary"]["size"]),
            ranges={
                entry["name"]: IdRange(int(entry["first"]), int(entry["count"]), int(entry["minimum"]))
                for entry in header["vocabulary"]["ranges"]
            },
            tokens_hash=header["vocabulary"].get("tokensSha256"),
        )
        paths = [str(piece["path"]) for piece in header["pieces"]]
        counts = [int(piece["ids"]) for piece in header["pieces"]]
        is_text = all("characters" in piece and "bytes" in piece for piece in header["pieces"])
        sizes = [TextSize(int(piece["characters"]), int(piece["bytes"])) for piece in header["pieces"]] if is_text else None
        start_id, end_id, pad_id, total = header["startId"], header["endId"], header["padId"], int(header["ids"])
        start_ids = [int(start) for start in header.get("startIds", [])]  # ids that the pieces themselves begin with
    except KeyError as missing:
        raise DatasetError(f"{header_path}: field {missing} is missing; write the dataset again with `ostinato dataset`") from None
    if start_id is None and not start_ids:
        raise DatasetError(f"{header_path}: startId is null, but every piece has to begin with a start id")
    if not paths:
        raise DatasetError(f"{header_path}: holds no pieces")

    ids = _read_binary(folder / "ids.bin", "<u2", total)
    offsets = _read_binary(folder / "index.bin", "<u8", len(paths) + 1)
    framing = (start_id is not None) + (end_id is not None)
    expected = np.concatenate([[0], np.cumsum(np.array(counts, dtype=np.int64) + framing)])
    if not np.array_equal(offsets.astype(np.int64), expected):
        piece = int(np.nonzero(offsets.astype(np.int64) != expected)[0][0])
        raise DatasetError(f"{folder / 'index.bin'}: entry {piece} is {offsets[piece]}, dataset.json implies {expected[piece]}")
    if expected[-1] != total:
        raise DatasetError(f"{header_path}: ids is {total}, but its pieces add up to {expected[-1]}")
    if int(ids.max()) >= vocabulary.size:
        raise DatasetError(f"{folder / 'ids.bin'}: holds id {int(ids.max())}, the vocabulary ends at {vocabulary.size - 1}")
    if min(counts) + framing < 1:
        raise DatasetError(f"{header_path}: piece {int(np.argmin(counts))} has no ids, not even a start id")
    starts = start_ids if start_id is None else [int(start_id)]
    frames = [("START", ids[expected[:-1]], starts)] + ([] if end_id is None else [("END", ids[expected[1:] - 1], [end_id])])
    for name, found, wanted in frames:
        is_wrong = ~np.isin(found, wanted)
        if np.any(is_wrong):
            piece = int(np.nonzero(is_wrong)[0][0])
            raise DatasetError(
                f"{folder / 'ids.bin'}: piece {piece} ({paths[piece]}) has {found[piece]} where {name} {' or '.join(map(str, wanted))} belongs"
            )
    first_targets = _read_targets(folder, offsets) if header.get("targets") else None
    return Dataset(vocabulary, starts[0], end_id, pad_id, paths, ids, offsets, sizes, first_targets)


def _read_targets(folder: Path, offsets: NDArray[np.uint64]) -> NDArray[np.int64]:
    """Where the targets of pairs begin.  # [pieces]"""
    lengths = np.diff(offsets.astype(np.int64))
    targets = _read_binary(folder / "targets.bin", "<u8", len(lengths)).astype(np.int64)
    is_wrong = (targets < 1) | (targets >= lengths)
    if np.any(is_wrong):
        piece = int(np.nonzero(is_wrong)[0][0])
        raise DatasetError(f"{folder / 'targets.bin'}: entry {piece} is {targets[piece]}, its piece has {lengths[piece]} ids")
    return targets


def _read_header(path: Path) -> dict[str, Any]:
    try:
        header: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise DatasetError(f"{path} does not exist; make the dataset with `ostinato dataset`") from None
    except json.JSONDecodeError as error:
        raise DatasetError(f"{path} is not JSON: {error}") from None
    for field, wanted in (("format", "ostinato-dataset"), ("version", 1), ("idType", "uint16le")):
        if header.get(field) != wanted:
            raise DatasetError(f"{path}: {field} must be {wanted!r}, got {header.get(field)!r}")
    return header


def _read_binary(path: Path, kind: str, count: int) -> NDArray[Any]:
    """`count` numbers of numpy type `kind`, memory-mapped."""
    if not path.is_file():
        raise DatasetError(f"{path} does not exist; make the dataset with `ostinato dataset`")
    expected = count * np.dtype(kind).itemsize
    if path.stat().st_size != expected:
        raise DatasetError(f"{path}: {path.stat().st_size} bytes, dataset.json implies {expected}; the folder is incomplete")
    return np.memmap(path, dtype=kind, mode="r")
