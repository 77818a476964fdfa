"""Notes of the twin test and their chords, top voice and bass."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple, TypedDict

import numpy as np

Vector = np.ndarray[tuple[int], np.dtype[np.float64]]

TOGETHER = 0.03
"""The most seconds from the first onset of a chord to its last."""


class Note(NamedTuple):
    """Times in seconds from the start of the window."""

    onset: float
    end: float
    pitch: int
    velocity: int


class Pair(TypedDict):
    """One element of the file that pairs.mjs writes."""

    file: str
    primer: list[Note]
    real: list[Note]
    made: list[Note]


@dataclass(frozen=True)
class Chord:
    """Notes that start together; the onset is in seconds."""

    onset: float
    pitches: list[int]

    @property
    def top(self) -> int:
        return max(self.pitches)

    @property
    def bass(self) -> int:
        return min(self.pitches)

    @property
    def pitch_classes(self) -> frozenset[int]:
        return frozenset(pitch % 12 for pitch in self.pitches)


def notes_of(rows: list[list[float]], longest: float | None = None) -> list[Note]:
    """Notes in order of onset, none longer than `longest` seconds."""
    limit = float("inf") if longest is None else longest
    return sorted(
        Note(onset, min(end, onset + limit), int(pitch), int(velocity)) for onset, end, pitch, velocity in rows
    )


def chords_of(notes: list[Note]) -> list[Chord]:
    """Chords in order of time: groups of notes that start within TOGETHER seconds of the first."""
    chords: list[Chord] = []
    for note in notes:
        if chords and note.onset - chords[-1].onset <= TOGETHER:
            chords[-1].pitches.append(note.pitch)
        else:
            chords.append(Chord(note.onset, [note.pitch]))
    return chords


def iois_of(chords: list[Chord]) -> Vector:
    """The inter-onset intervals of successive chords, in seconds."""
    return np.diff(np.array([chord.onset for chord in chords], dtype=np.float64))
