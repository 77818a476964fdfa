"""Augmentation of performances, on ids alone: transposition and time stretch.

The variants are Music Transformer's (magenta's score2perf.py): −3 … +3 semitones times five tempi.
It works on ids without decoding: transposition adds to NOTE_ON and NOTE_OFF ids, stretching replaces TIME_SHIFT ids.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .data import IdRange, Ids, Vocabulary
from .errors import DatasetError

TRANSPOSITIONS = range(-3, 4)  # semitones
STRETCHES = (0.95, 0.975, 1.0, 1.025, 1.05)  # factors on time


@dataclass(frozen=True)
class Augmenter:
    """Transposes and stretches blocks of one vocabulary."""

    note_on: IdRange
    note_off: IdRange
    time_shift: IdRange

    @staticmethod
    def of(vocabulary: Vocabulary) -> Augmenter:
        """Raises DatasetError when the vocabulary has no notes or time shifts."""
        missing = [name for name in ("NOTE_ON", "NOTE_OFF", "TIME_SHIFT") if name not in vocabulary.ranges]
        if missing:
            raise DatasetError(f'vocabulary "{vocabulary.name}" has no {", ".join(missing)} range, which augmentation requires: use --no-augment')
        shift = vocabulary.ranges["TIME_SHIFT"]
        if shift.minimum != 1:
            raise DatasetError(f'vocabulary "{vocabulary.name}": the first TIME_SHIFT must be 1 step, got {shift.minimum}')
        return Augmenter(vocabulary.ranges["NOTE_ON"], vocabulary.ranges["NOTE_OFF"], shift)

    def augment(self, ids: Ids, choose_transposition: float, choose_stretch: float) -> Ids:
        """One variant of a block, selected by two numbers in [0, 1). The number of ids may change."""
        allowed = [semitones for semitones in TRANSPOSITIONS if self.can_transpose(ids, semitones)]
        semitones = allowed[int(choose_transposition * len(allowed))]
        return self.stretch(self.transpose(ids, semitones), STRETCHES[int(choose_stretch * len(STRETCHES))])

    def can_transpose(self, ids: Ids, semitones: int) -> bool:
        """Whether every pitch stays within the vocabulary (0 … 127 MIDI pitches)."""
        for notes in (self.note_on, self.note_off):
            pitches = ids[_inside(ids, notes)] - notes.first
            if pitches.size and not (0 <= pitches.min() + semitones and pitches.max() + semitones < notes.count):
                return False
        return True

    def transpose(self, ids: Ids, semitones: int) -> Ids:
        """Transposes every NOTE_ON and NOTE_OFF; call `can_transpose` first."""
        return np.where(_inside(ids, self.note_on) | _inside(ids, self.note_off), ids + semitones, ids)

    def stretch(self, ids: Ids, factor: float) -> Ids:
        """Multiplies every time by `factor` and rounds to steps; each gap keeps at least one step.

        Times are scaled, not gaps, so that rounding errors do not accumulate. A run of TIME_SHIFTs
        is one gap, encoded again as the longest shifts and the rest, like the encoder does.
        """
        is_shift = _inside(ids, self.time_shift)
        if factor == 1.0 or not is_shift.any():
            return ids
        longest = self.time_shift.count  # steps
        steps = np.where(is_shift, ids - self.time_shift.first + 1, 0)
        starts = is_shift & ~np.concatenate([[False], is_shift[:-1]])  # first id of each run
        ends = is_shift & ~np.concatenate([is_shift[1:], [False]])
        times = np.cumsum(steps)[ends]  # after each gap; [gaps]
        order = np.arange(1, times.size + 1)
        # Each time at least one step after the one before: the running maximum of (time − order), plus order.
        scaled = np.maximum.accumulate(np.maximum(np.floor(times * factor + 0.5) - order, 0)) + order
        gaps = np.diff(scaled, prepend=0).astype(np.int64)
        shifts = -(-gaps // longest)  # ids each gap needs
        copies = np.where(is_shift, 0, 1)
        copies[starts] = shifts
        out = np.repeat(ids, copies)
        out[np.repeat(is_shift, copies)] = self.time_shift.first + longest - 1
        last = (np.cumsum(copies) - 1)[starts]  # index of each gap's last shift
        out[last] = self.time_shift.first + gaps - (shifts - 1) * longest - 1
        return out


def _inside(ids: Ids, of: IdRange) -> np.ndarray:
    return (ids >= of.first) & (ids < of.first + of.count)
