"""A tiny dataset in the dataset folder's format: notes in a simple repeating pattern."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

NOTE_ON, NOTE_OFF, TIME_SHIFT, VELOCITY, PAD, START, END = 0, 128, 256, 356, 388, 389, 390
RANGES = [
    {"name": "NOTE_ON", "first": 0, "count": 128, "minimum": 0},
    {"name": "NOTE_OFF", "first": 128, "count": 128, "minimum": 0},
    {"name": "TIME_SHIFT", "first": 256, "count": 100, "minimum": 1},
    {"name": "VELOCITY", "first": 356, "count": 32, "minimum": 1},
    {"name": "PAD", "first": 388, "count": 1, "minimum": 0},
    {"name": "START", "first": 389, "count": 1, "minimum": 0},
    {"name": "END", "first": 390, "count": 1, "minimum": 0},
    {"name": "TASK", "first": 391, "count": 9, "minimum": 0},
    {"name": "STYLE", "first": 400, "count": 16, "minimum": 0},
]


def shift(steps: int) -> int:
    """The id of a TIME_SHIFT of 1 … 100 steps."""
    return TIME_SHIFT + steps - 1


def melody(notes: int, first_pitch: int = 60) -> list[int]:
    """A rising and falling scale, one note after the other; four ids a note after the opening velocity."""
    ids = [VELOCITY + 15]
    for index in range(notes):
        pitch = first_pitch + (0, 2, 4, 5, 7, 5, 4, 2)[index % 8]
        ids += [NOTE_ON + pitch, shift(20), NOTE_OFF + pitch, shift(5)]
    return ids


def write_dataset(folder: Path, pieces: list[list[int]], ranges: list[dict[str, object]] = RANGES, size: int = 416) -> Path:
    """Frames pieces with START and END and writes the three files; returns the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    pieces_with_ends = [[START, *piece, END] for piece in pieces]
    ids = np.array([id for piece in pieces_with_ends for id in piece], dtype="<u2")
    offsets = np.cumsum([0] + [len(piece) for piece in pieces_with_ends]).astype("<u8")
    header = {
        "format": "ostinato-dataset",
        "version": 1,
        "idType": "uint16le",
        "vocabulary": {"name": "performance-416", "size": size, "ranges": ranges},
        "startId": START,
        "endId": END,
        "padId": PAD,
        "tasks": ["infill"],  # ignored by the trainer, like the kind of each piece
        "pieces": [{"path": f"piece-{index}.mid", "kind": "plain", "ids": len(piece), "seconds": 1.0, "notes": 1} for index, piece in enumerate(pieces)],
        "ids": len(ids),
    }
    (folder / "dataset.json").write_text(json.dumps(header))
    ids.tofile(folder / "ids.bin")
    offsets.tofile(folder / "index.bin")
    return folder


def write_pairs(folder: Path, pairs: list[tuple[list[int], list[int]]], separator: int, end: int, size: int) -> Path:
    """A dataset of pairs: end, source, separator, target, end; returns the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    pieces = [[end, *source, separator, *target, end] for source, target in pairs]
    ids = np.array([id for piece in pieces for id in piece], dtype="<u2")
    header = {
        "format": "ostinato-dataset",
        "version": 1,
        "idType": "uint16le",
        "vocabulary": {"name": "text", "size": size, "ranges": []},
        "startId": end,
        "endId": end,
        "padId": None,
        "tasks": [],
        "targets": True,
        "pieces": [
            {"path": f"pairs.tsv:{index + 1}", "kind": "pair", "ids": len(piece) - 2, "characters": 1, "bytes": 1} for index, piece in enumerate(pieces)
        ],
        "ids": len(ids),
    }
    (folder / "dataset.json").write_text(json.dumps(header))
    ids.tofile(folder / "ids.bin")
    np.cumsum([0] + [len(piece) for piece in pieces]).astype("<u8").tofile(folder / "index.bin")
    np.array([len(source) + 2 for source, _ in pairs]).astype("<u8").tofile(folder / "targets.bin")
    return folder
