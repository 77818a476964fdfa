"""Wrong notes in what a model sees, none in what it learns: so that it goes on well after a mistake of its own.

A model that has only seen people play takes its own slips for intentions, and over minutes they add up. Here some
notes of a block are moved to another pitch, some are left out and others added, while what is to be predicted stays
the piece as it was. It is the idea of scheduled sampling (Bengio et al. 2015, arXiv 1506.03099) with noise in place of
the model's samples. As many are left out as are added: a model that only saw added ones would play ever fewer notes.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from .data import IGNORED, Dataset, IdRange, Ids, Vocabulary
from .errors import DatasetError

HIGHEST_RATE = 1.0  # mistakes for each note; the rate of a block is anywhere from 0 to this
ADDED, LEFT_OUT = 0.2, 0.2  # of the mistakes; the others are notes moved to another pitch
NEAR = 0.5  # of the wrong pitches lie within NEAREST semitones of a right one, the others anywhere on the piano
NEAREST = 2
LONGEST = 60  # steps that an added note lasts at most
PIANO = range(21, 109)  # MIDI pitches


@dataclass(frozen=True)
class Noise:
    """Makes mistakes in blocks of one vocabulary."""

    share: float  # of the blocks with mistakes
    note_on: IdRange
    note_off: IdRange
    time_shift: IdRange
    velocity: IdRange | None

    @staticmethod
    def of(vocabulary: Vocabulary, share: float) -> Noise:
        """Raises DatasetError where the vocabulary has no notes."""
        missing = [name for name in ("NOTE_ON", "NOTE_OFF", "TIME_SHIFT") if name not in vocabulary.ranges]
        if missing:
            raise DatasetError(f'vocabulary "{vocabulary.name}" has no {", ".join(missing)} range, so there are no wrong notes: leave out --noise')
        return Noise(share, vocabulary.ranges["NOTE_ON"], vocabulary.ranges["NOTE_OFF"], vocabulary.ranges["TIME_SHIFT"], vocabulary.ranges.get("VELOCITY"))

    def add(self, ids: Ids, random: np.random.Generator) -> tuple[Ids, Ids]:
        """The ids with mistakes in one stretch of them, or as they are; and what each of them should have been.

        No target (IGNORED) have the note-ons of added notes and the part of a time shift before one. Wrong notes end
        as others do, no note begins while its pitch sounds, and the whole takes as long as before.
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
    """Writes a block anew, one id after the other."""

    noise: Noise
    random: np.random.Generator
    rate: float
    sounding: set[int]  # pitches
    ids: list[int] = field(default_factory=list)
    targets: list[int] = field(default_factory=list)
    moved: dict[int, int] = field(default_factory=dict)  # pitch in the block → the wrong one that sounds in its place
    added: dict[int, int] = field(default_factory=dict)  # pitch → steps that the added note still lasts
    left_out: set[int] = field(default_factory=set)  # pitches that sound in the block, not here
    missing: int | None = None  # what comes next in the block, if it was left out
    has_gap: bool = False  # something was left out behind the last id
    due: int | None = None  # pitch of the right note near which one is to be added within the next time shift

    def write(self, id: int, noisy: bool) -> None:
        on, off, shift = self.noise.note_on, self.noise.note_off, self.noise.time_shift
        if _within(id, on):
            self._note_on(id - on.first, noisy)
        elif _within(id, off):
            self._note_off(id - off.first)
        elif _within(id, shift):
            self._time_shift(id - shift.first + 1)
        else:
            self._emit(id, id)

    def _note_on(self, pitch: int, noisy: bool) -> None:
        mistake = self.random.random() if noisy and self.random.random() < self.rate else None
        if mistake is not None and mistake >= ADDED and pitch not in self.sounding:
            if mistake < ADDED + LEFT_OUT:
                self._leave_out(pitch)
                return
            other = self._wrong_pitch(pitch)
            if other is not None:
                self.moved[pitch] = other
                self._begin(other, self.noise.note_on.first + pitch)
                return
        if pitch in self.sounding:  # a wrong note there makes way
            self._end(pitch)
        self._begin(pitch, self.noise.note_on.first + pitch)
        if mistake is not None and mistake < ADDED / 2:
            self._add(pitch)
        elif mistake is not None and mistake < ADDED:
            self.due = pitch

    def _note_off(self, pitch: int) -> None:
        if pitch in self.left_out:
            self.left_out.discard(pitch)
            self.has_gap = True
            return
        sounds = self.moved.pop(pitch, pitch)
        if sounds in self.sounding and sounds not in self.added:
            self._end(sounds)

    def _time_shift(self, steps: int) -> None:
        if self.due is not None and steps > 1:
            before = int(self.random.integers(1, steps))
            self._shift(before, IGNORED)
            self._add(self.due)
            steps -= before
        self.due = None
        self._shift(steps, self.noise.time_shift.first + steps - 1)
        for pitch in [pitch for pitch, left in self.added.items() if left <= 0]:
            self._end(pitch)

    def _shift(self, steps: int, target: int) -> None:
        self.added = {pitch: left - steps for pitch, left in self.added.items()}
        shift = self.noise.time_shift
        if not (self.has_gap and self.ids and _within(self.ids[-1], shift)):
            self._emit(shift.first + steps - 1, target)
            return
        # Nothing is left between two time shifts: they become one, as far as one reaches.
        both = self.ids[-1] - shift.first + 1 + steps
        self.ids[-1] = shift.first + min(both, shift.count) - 1
        self.missing, self.has_gap = None, False
        if both > shift.count:
            self._emit(shift.first + both - shift.count - 1, IGNORED)

    def _leave_out(self, pitch: int) -> None:
        """A note, and the velocity that stands before it."""
        velocity = self.noise.velocity
        missing = self.noise.note_on.first + pitch
        if velocity is not None and self.ids and _within(self.ids[-1], velocity):
            self.ids.pop()
            missing = self.targets.pop()
        self.left_out.add(pitch)
        self.missing = missing if self.missing is None else self.missing
        self.has_gap = True

    def _add(self, near: int) -> None:
        pitch = self._wrong_pitch(near)
        if pitch is not None:
            self.added[pitch] = int(self.random.integers(1, LONGEST + 1))
            self._begin(pitch, IGNORED)

    def _wrong_pitch(self, right: int) -> int | None:
        """A pitch that does not sound, or none where the one drawn does."""
        if self.random.random() < NEAR:
            pitch = right + int(self.random.choice([-1, 1])) * int(self.random.integers(1, NEAREST + 1))
        else:
            pitch = int(self.random.integers(PIANO.start, PIANO.stop))
        return pitch if pitch in PIANO and pitch != right and pitch not in self.sounding else None

    def _begin(self, pitch: int, target: int) -> None:
        self.sounding.add(pitch)
        self._emit(self.noise.note_on.first + pitch, target)

    def _end(self, pitch: int) -> None:
        self.sounding.discard(pitch)
        self.added.pop(pitch, None)
        self.moved = {right: wrong for right, wrong in self.moved.items() if wrong != pitch}
        off = self.noise.note_off.first + pitch
        self._emit(off, off)

    def _emit(self, id: int, target: int) -> None:
        self.ids.append(id)
        self.targets.append(target if self.missing is None else self.missing)
        self.missing, self.has_gap = None, False


def _within(id: int, of: IdRange) -> bool:
    return of.first <= id < of.first + of.count


def _sounding_before(noise: Noise, ids: Ids) -> set[int]:
    """Pitches that sound when the block begins: those whose first event in it is a note-off."""
    seen: set[int] = set()
    sounding: set[int] = set()
    for id in ids.tolist():
        if _within(id, noise.note_off):
            pitch = id - noise.note_off.first
            if pitch not in seen:
                sounding.add(pitch)
            seen.add(pitch)
        elif _within(id, noise.note_on):
            seen.add(id - noise.note_on.first)
    return sounding


def ids_open_to_noise(dataset: Dataset) -> NDArray[np.int64]:
    """Ids of each piece from its start on in which a wrong note is just that.  # [pieces]

    From its first TASK id on a note can be part of what is asked. A piece with a STYLE id is left as it is throughout: the
    id states what follows, and that is to be true.
    """
    offsets = dataset.offsets.astype(np.int64)
    first_task, first_style = (_first_within(dataset, dataset.vocabulary.ranges.get(name), offsets) for name in ("TASK", "STYLE"))
    return np.where(first_style < offsets[1:], 0, np.minimum(first_task, offsets[1:]) - offsets[:-1])


def _first_within(dataset: Dataset, of: IdRange | None, offsets: NDArray[np.int64]) -> NDArray[np.int64]:
    """The first place of such an id in or behind each piece; the end of the dataset where none is left.  # [pieces]"""
    places = np.flatnonzero((dataset.ids >= of.first) & (dataset.ids < of.first + of.count)) if of is not None else np.array([], dtype=np.int64)
    following: NDArray[np.int64] = np.append(places, offsets[-1])[np.searchsorted(places, offsets[:-1])]
    return following
