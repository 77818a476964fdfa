"""Wrong notes in what a model sees, none in what it learns: so that it goes on well after a mistake of its own.

A model that has only seen people play takes its own slips for intentions, and over minutes they add up. Here some
notes of a block are moved to another pitch and others added; no target asks for them, everything else stays one. It
is the idea of scheduled sampling (Bengio et al. 2015, arXiv 1506.03099) with noise in place of the model's samples.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from .data import Dataset, IdRange, Ids, Vocabulary
from .errors import DatasetError

HIGHEST_RATE = 1.0  # wrong notes beside each right one; the rate of a block is anywhere from 0 to this
ADDED = 0.6  # of the wrong notes; the others are right ones moved
NEAR = 0.5  # of the wrong notes lie within NEAREST semitones of a right one, the others anywhere on the piano
NEAREST = 2
LONGEST = 60  # steps that an added note lasts at most
PIANO = range(21, 109)  # MIDI pitches

Learned = NDArray[np.bool_]


@dataclass(frozen=True)
class Noise:
    """Adds wrong notes to blocks of one vocabulary."""

    share: float  # of the blocks that get any
    note_on: IdRange
    note_off: IdRange
    time_shift: IdRange

    @staticmethod
    def of(vocabulary: Vocabulary, share: float) -> Noise:
        """Raises DatasetError where the vocabulary has no notes."""
        missing = [name for name in ("NOTE_ON", "NOTE_OFF", "TIME_SHIFT") if name not in vocabulary.ranges]
        if missing:
            raise DatasetError(f'vocabulary "{vocabulary.name}" has no {", ".join(missing)} range, so there are no wrong notes: leave out --noise')
        return Noise(share, vocabulary.ranges["NOTE_ON"], vocabulary.ranges["NOTE_OFF"], vocabulary.ranges["TIME_SHIFT"])

    def add(self, ids: Ids, random: np.random.Generator) -> tuple[Ids, Learned]:
        """The ids with wrong notes in one stretch of them, or as they are, and which of the new ids are targets.

        Unlearned are the note-ons of the wrong notes and the part of a time shift before an added one. Wrong notes end
        as others do, and no note begins while its pitch sounds.
        """
        if random.random() >= self.share:
            return ids, np.ones(len(ids), dtype=np.bool_)
        first, last = np.sort(random.integers(0, len(ids) + 1, 2))
        writer = _Writer(self, random, HIGHEST_RATE * random.random(), _sounding_before(self, ids))
        for index, id in enumerate(ids.tolist()):
            writer.write(id, first <= index < last)
        return np.array(writer.ids, dtype=np.int64), np.array(writer.learned, dtype=np.bool_)


@dataclass
class _Writer:
    """Writes a block anew, one id after the other."""

    noise: Noise
    random: np.random.Generator
    rate: float
    sounding: set[int]  # pitches
    ids: list[int] = field(default_factory=list)
    learned: list[bool] = field(default_factory=list)
    moved: dict[int, int] = field(default_factory=dict)  # pitch in the block → the wrong one that sounds in its place
    added: dict[int, int] = field(default_factory=dict)  # pitch → steps that the added note still lasts
    due: int | None = None  # pitch of the right note near which one is to be added within the next time shift

    def write(self, id: int, noisy: bool) -> None:
        on, off, shift = self.noise.note_on, self.noise.note_off, self.noise.time_shift
        if on.first <= id < on.first + on.count:
            self._note_on(id - on.first, noisy)
        elif off.first <= id < off.first + off.count:
            self._note_off(id - off.first)
        elif shift.first <= id < shift.first + shift.count:
            self._time_shift(id - shift.first + 1)
        else:
            self._emit(id)

    def _note_on(self, pitch: int, noisy: bool) -> None:
        wrong = noisy and self.random.random() < self.rate
        if wrong and self.random.random() >= ADDED:
            other = self._wrong_pitch(pitch)
            if other is not None:
                self.moved[pitch] = other
                self._begin(other, learned=False)
                return
            wrong = False
        if pitch in self.sounding:  # a wrong note there makes way
            self._end(pitch)
        self._begin(pitch, learned=True)
        if wrong and self.random.random() < 0.5:
            self._add(pitch)
        elif wrong:
            self.due = pitch

    def _note_off(self, pitch: int) -> None:
        sounds = self.moved.pop(pitch, pitch)
        if sounds in self.sounding and sounds not in self.added:
            self._end(sounds)

    def _time_shift(self, steps: int) -> None:
        if self.due is not None and steps > 1:
            before = int(self.random.integers(1, steps))
            self._shift(before, learned=False)
            self._add(self.due)
            steps -= before
        self.due = None
        self._shift(steps, learned=True)

    def _shift(self, steps: int, learned: bool) -> None:
        self._emit(self.noise.time_shift.first + steps - 1, learned)
        self.added = {pitch: left - steps for pitch, left in self.added.items()}
        for pitch in [pitch for pitch, left in self.added.items() if left <= 0 and learned]:
            self._end(pitch)

    def _add(self, near: int) -> None:
        pitch = self._wrong_pitch(near)
        if pitch is not None:
            self.added[pitch] = int(self.random.integers(1, LONGEST + 1))
            self._begin(pitch, learned=False)

    def _wrong_pitch(self, right: int) -> int | None:
        """A pitch that does not sound, or none where the one drawn does."""
        if self.random.random() < NEAR:
            pitch = right + int(self.random.choice([-1, 1])) * int(self.random.integers(1, NEAREST + 1))
        else:
            pitch = int(self.random.integers(PIANO.start, PIANO.stop))
        return pitch if pitch in PIANO and pitch != right and pitch not in self.sounding else None

    def _begin(self, pitch: int, learned: bool) -> None:
        self.sounding.add(pitch)
        self._emit(self.noise.note_on.first + pitch, learned)

    def _end(self, pitch: int) -> None:
        self.sounding.discard(pitch)
        self.added.pop(pitch, None)
        self.moved = {right: wrong for right, wrong in self.moved.items() if wrong != pitch}
        self._emit(self.noise.note_off.first + pitch)

    def _emit(self, id: int, learned: bool = True) -> None:
        self.ids.append(id)
        self.learned.append(learned)


def _sounding_before(noise: Noise, ids: Ids) -> set[int]:
    """Pitches that sound when the block begins: those whose first event in it is a note-off."""
    seen: set[int] = set()
    sounding: set[int] = set()
    for id in ids.tolist():
        if noise.note_off.first <= id < noise.note_off.first + noise.note_off.count:
            pitch = id - noise.note_off.first
            if pitch not in seen:
                sounding.add(pitch)
            seen.add(pitch)
        elif noise.note_on.first <= id < noise.note_on.first + noise.note_on.count:
            seen.add(id - noise.note_on.first)
    return sounding


def ids_before_tasks(dataset: Dataset) -> NDArray[np.int64]:
    """Ids of each piece before its first TASK id: only there a wrong note is just that, and not part of what is asked.  # [pieces]"""
    tasks = dataset.vocabulary.ranges.get("TASK")
    offsets = dataset.offsets.astype(np.int64)
    if tasks is None:
        return dataset.lengths
    places = np.flatnonzero((dataset.ids >= tasks.first) & (dataset.ids < tasks.first + tasks.count))
    following = np.append(places, offsets[-1])[np.searchsorted(places, offsets[:-1])]
    return np.minimum(following, offsets[1:]) - offsets[:-1]
