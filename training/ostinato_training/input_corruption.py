"""Input corruption: wrong notes in the inputs, correct notes in the targets.

A model trained on human playing alone treats its own errors as intended, and over minutes they accumulate. Here some
notes of a block are moved to another pitch, some are deleted and others inserted, while the targets stay the ids of
the piece. The idea is that of scheduled sampling (Bengio et al. 2015, arXiv 1506.03099), with random errors in place
of the model's samples; denoising autoencoders such as BART (Lewis et al. 2019, arXiv 1910.13461) do the same. As many
notes are deleted as inserted: with insertions alone the model would play fewer and fewer notes.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from .data import IGNORED, Dataset, IdRange, Ids, Vocabulary
from .errors import DatasetError

HIGHEST_RATE = 1.0  # errors per note; the rate of a block is uniform between 0 and this
INSERTED, DELETED = 0.2, 0.2  # shares of the errors; the others are notes moved to another pitch
NEAR = 0.5  # share of the wrong pitches within MAX_DISTANCE semitones of the correct one; the others are uniform over the piano
MAX_DISTANCE = 2  # semitones
LONGEST = 60  # longest inserted note, in steps of 10 ms
PIANO = range(21, 109)  # MIDI pitches


@dataclass(frozen=True)
class InputCorruption:
    """Corrupts blocks of one vocabulary."""

    share: float  # of the blocks that are corrupted, from 0 to 1
    note_on: IdRange
    note_off: IdRange
    time_shift: IdRange
    velocity: IdRange | None

    @staticmethod
    def of(vocabulary: Vocabulary, share: float) -> InputCorruption:
        """Raises DatasetError when the vocabulary has no notes."""
        missing = [name for name in ("NOTE_ON", "NOTE_OFF", "TIME_SHIFT") if name not in vocabulary.ranges]
        if missing:
            raise DatasetError(f'vocabulary "{vocabulary.name}" has no {", ".join(missing)} range, which --noise needs: omit --noise')
        return InputCorruption(share, vocabulary.ranges["NOTE_ON"], vocabulary.ranges["NOTE_OFF"], vocabulary.ranges["TIME_SHIFT"], vocabulary.ranges.get("VELOCITY"))

    def corrupt(self, ids: Ids, random: np.random.Generator) -> tuple[Ids, Ids]:
        """Returns the ids, corrupted in one random range or unchanged, and the target of each.

        The target is IGNORED for the note-on of an inserted note and for the part of a time shift before it. Every
        wrong note gets its note-off, no note begins while its pitch sounds, and the total duration stays the same.
        """
        if random.random() >= self.share:
            return ids, ids
        first, last = np.sort(random.integers(0, len(ids) + 1, 2))
        writer = _Writer(self, random, HIGHEST_RATE * random.random(), _sounding_before(self, ids))
        for index, id in enumerate(ids.tolist()):
            writer.write(id, first <= index < last)
        return np.array(writer.ids, dtype=np.int64), np.array(writer.targets, dtype=np.int64)


@dataclass
class _Writer:
    """Builds the corrupted block id by id."""

    corruption: InputCorruption
    random: np.random.Generator
    rate: float
    sounding: set[int]  # pitches
    ids: list[int] = field(default_factory=list)
    targets: list[int] = field(default_factory=list)
    moved: dict[int, int] = field(default_factory=dict)  # correct pitch → wrong pitch that sounds instead
    inserted: dict[int, int] = field(default_factory=dict)  # pitch of an inserted note → steps until its end
    deleted: set[int] = field(default_factory=set)  # pitches of deleted notes that have not ended
    missing: int | None = None  # first deleted id since the last output id: the target of the next one
    has_gap: bool = False  # ids were deleted after the last output id
    pending: int | None = None  # pitch of the note near which one is inserted within the next time shift

    def write(self, id: int, is_corrupted: bool) -> None:
        on, off, shift = self.corruption.note_on, self.corruption.note_off, self.corruption.time_shift
        if _within(id, on):
            self._note_on(id - on.first, is_corrupted)
        elif _within(id, off):
            self._note_off(id - off.first)
        elif _within(id, shift):
            self._time_shift(id - shift.first + 1)
        else:
            self._emit(id, id)

    def _note_on(self, pitch: int, is_corrupted: bool) -> None:
        error = self.random.random() if is_corrupted and self.random.random() < self.rate else None
        if error is not None and error >= INSERTED and pitch not in self.sounding:
            if error < INSERTED + DELETED:
                self._delete(pitch)
                return
            other = self._wrong_pitch(pitch)
            if other is not None:
                self.moved[pitch] = other
                self._begin(other, self.corruption.note_on.first + pitch)
                return
        if pitch in self.sounding:  # a wrong note of this pitch ends first
            self._end(pitch)
        self._begin(pitch, self.corruption.note_on.first + pitch)
        if error is not None and error < INSERTED / 2:
            self._insert(pitch)
        elif error is not None and error < INSERTED:
            self.pending = pitch

    def _note_off(self, pitch: int) -> None:
        if pitch in self.deleted:
            self.deleted.discard(pitch)
            self.has_gap = True
            return
        sounds = self.moved.pop(pitch, pitch)
        if sounds in self.sounding and sounds not in self.inserted:
            self._end(sounds)

    def _time_shift(self, steps: int) -> None:
        if self.pending is not None and steps > 1:
            before = int(self.random.integers(1, steps))
            self._shift(before, IGNORED)
            self._insert(self.pending)
            steps -= before
        self.pending = None
        self._shift(steps, self.corruption.time_shift.first + steps - 1)
        for pitch in [pitch for pitch, left in self.inserted.items() if left <= 0]:
            self._end(pitch)

    def _shift(self, steps: int, target: int) -> None:
        self.inserted = {pitch: left - steps for pitch, left in self.inserted.items()}
        shift = self.corruption.time_shift
        if not (self.has_gap and self.ids and _within(self.ids[-1], shift)):
            self._emit(shift.first + steps - 1, target)
            return
        # Two adjacent time shifts become one, up to the longest time shift.
        both = self.ids[-1] - shift.first + 1 + steps
        self.ids[-1] = shift.first + min(both, shift.count) - 1
        self.missing, self.has_gap = None, False
        if both > shift.count:
            self._emit(shift.first + both - shift.count - 1, IGNORED)

    def _delete(self, pitch: int) -> None:
        """Deletes a note and the velocity id before it."""
        velocity = self.corruption.velocity
        missing = self.corruption.note_on.first + pitch
        if velocity is not None and self.ids and _within(self.ids[-1], velocity):
            self.ids.pop()
            missing = self.targets.pop()
        self.deleted.add(pitch)
        self.missing = missing if self.missing is None else self.missing
        self.has_gap = True

    def _insert(self, near: int) -> None:
        pitch = self._wrong_pitch(near)
        if pitch is not None:
            self.inserted[pitch] = int(self.random.integers(1, LONGEST + 1))
            self._begin(pitch, IGNORED)

    def _wrong_pitch(self, correct: int) -> int | None:
        """Samples a pitch; None if it sounds already."""
        if self.random.random() < NEAR:
            pitch = correct + int(self.random.choice([-1, 1])) * int(self.random.integers(1, MAX_DISTANCE + 1))
        else:
            pitch = int(self.random.integers(PIANO.start, PIANO.stop))
        return pitch if pitch in PIANO and pitch != correct and pitch not in self.sounding else None

    def _begin(self, pitch: int, target: int) -> None:
        self.sounding.add(pitch)
        self._emit(self.corruption.note_on.first + pitch, target)

    def _end(self, pitch: int) -> None:
        self.sounding.discard(pitch)
        self.inserted.pop(pitch, None)
        self.moved = {correct: wrong for correct, wrong in self.moved.items() if wrong != pitch}
        off = self.corruption.note_off.first + pitch
        self._emit(off, off)

    def _emit(self, id: int, target: int) -> None:
        self.ids.append(id)
        self.targets.append(target if self.missing is None else self.missing)
        self.missing, self.has_gap = None, False


def _within(id: int, of: IdRange) -> bool:
    return of.first <= id < of.first + of.count


def _sounding_before(corruption: InputCorruption, ids: Ids) -> set[int]:
    """Pitches that sound at the start of the block: those whose first event is a note-off."""
    seen: set[int] = set()
    sounding: set[int] = set()
    for id in ids.tolist():
        if _within(id, corruption.note_off):
            pitch = id - corruption.note_off.first
            if pitch not in seen:
                sounding.add(pitch)
            seen.add(pitch)
        elif _within(id, corruption.note_on):
            seen.add(id - corruption.note_on.first)
    return sounding


def corruptible_lengths(dataset: Dataset) -> NDArray[np.int64]:
    """Number of leading ids of each piece that may be corrupted.  # [pieces]

    After the first TASK id a note can belong to the input of the task. A piece with a STYLE id is not corrupted at all,
    so that the style id stays true.
    """
    offsets = dataset.offsets.astype(np.int64)
    first_task, first_style = (_first_within(dataset, dataset.vocabulary.ranges.get(name), offsets) for name in ("TASK", "STYLE"))
    return np.where(first_style < offsets[1:], 0, np.minimum(first_task, offsets[1:]) - offsets[:-1])


def _first_within(dataset: Dataset, of: IdRange | None, offsets: NDArray[np.int64]) -> NDArray[np.int64]:
    """Index of the first id of this range in or after each piece; the size of the dataset if there is none.  # [pieces]"""
    indices = np.flatnonzero((dataset.ids >= of.first) & (dataset.ids < of.first + of.count)) if of is not None else np.array([], dtype=np.int64)
    following: NDArray[np.int64] = np.append(indices, offsets[-1])[np.searchsorted(indices, offsets[:-1])]
    return following
