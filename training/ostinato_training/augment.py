"""Augmentation of performances, on ids alone: transposition, time stretch and louder or softer playing.

Without other options the variants are Music Transformer's (magenta's score2perf.py): −3 … +3 semitones times five tempi.
It works on ids without decoding: transposition adds to NOTE_ON and NOTE_OFF ids, loudness to VELOCITY ids, and stretching replaces
TIME_SHIFT ids.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .data import IdRange, Ids, Vocabulary
from .errors import DatasetError


@dataclass(frozen=True)
class Variants:
    """How far the variants of a piece are from it."""

    semitones: int = 3  # up to so many up and down
    stretch: float = 0.05  # five tempi: 1 − stretch, 1 − stretch/2, 1, 1 + stretch/2 and 1 + stretch times the durations
    loudness: int = 0  # up to so many velocity bins up and down

    @property
    def factors(self) -> tuple[float, ...]:
        """The factors on time."""
        return tuple(1 + self.stretch * part for part in (-1, -0.5, 0, 0.5, 1))


@dataclass(frozen=True)
class Augmenter:
    """Transposes, stretches and changes the loudness of blocks of one vocabulary."""

    note_on: IdRange
    note_off: IdRange
    time_shift: IdRange
    velocity: IdRange | None
    variants: Variants

    @staticmethod
    def of(vocabulary: Vocabulary, variants: Variants = Variants()) -> Augmenter:
        """Raises DatasetError when the vocabulary has no notes or time shifts, or no velocities that `variants.loudness` needs."""
        missing = [name for name in ("NOTE_ON", "NOTE_OFF", "TIME_SHIFT") if name not in vocabulary.ranges]
        if missing:
            raise DatasetError(f'vocabulary "{vocabulary.name}" has no {", ".join(missing)} range, which augmentation requires: use --no-augment')
        shift = vocabulary.ranges["TIME_SHIFT"]
        if shift.minimum != 1:
            raise DatasetError(f'vocabulary "{vocabulary.name}": the first TIME_SHIFT must be 1 step, got {shift.minimum}')
        velocity = vocabulary.ranges.get("VELOCITY")
        if variants.loudness and velocity is None:
            raise DatasetError(f'vocabulary "{vocabulary.name}" has no VELOCITY range, which --loudness requires: omit it')
        return Augmenter(vocabulary.ranges["NOTE_ON"], vocabulary.ranges["NOTE_OFF"], shift, velocity, variants)

    def augment(self, ids: Ids, choose_transposition: float, choose_stretch: float, choose_loudness: float = 0.5) -> Ids:
        """One variant of a block, selected by three numbers in [0, 1). The number of ids may change."""
        notes, factors = (self.note_on, self.note_off), self.variants.factors
        ids = _shifted(ids, notes, self.variants.semitones, choose_transposition)
        if self.velocity is not None:
            ids = _shifted(ids, (self.velocity,), self.variants.loudness, choose_loudness)
        return self.stretch(ids, factors[int(choose_stretch * len(factors))])

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


def _shifted(ids: Ids, ranges: tuple[IdRange, ...], most: int, choice: float) -> Ids:
    """Adds the same number, of −most … most, to all ids in the ranges; a smaller one where it would leave its range."""
    low, high = -most, most
    for of in ranges:
        values = ids[_inside(ids, of)] - of.first
        if values.size:
            low, high = max(low, -int(values.min())), min(high, of.count - 1 - int(values.max()))
    offset = min(max(int(choice * (2 * most + 1)) - most, low), high)
    return np.where(np.any([_inside(ids, of) for of in ranges], axis=0), ids + offset, ids)


def _inside(ids: Ids, of: IdRange) -> np.ndarray:
    return (ids >= of.first) & (ids < of.first + of.count)
