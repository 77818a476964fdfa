"""Features of a continuation: named numbers, the input of the first classifier."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

import numpy as np

from notes import Chord, Note, Vector, chords_of, iois_of

PRIMER_SECONDS = 20
SECONDS = 30
STEPS = 100  # per second

# Krumhansl and Kessler (1982), "Tracing the dynamic changes in perceived tonal organization": key profiles, major and minor.
MAJOR = np.array([6.35, 2.23, 3.48, 2.33, 4.38, 4.09, 2.52, 5.19, 2.39, 3.66, 2.29, 2.88])
MINOR = np.array([6.33, 2.68, 3.52, 5.38, 2.60, 3.53, 2.54, 4.75, 3.98, 2.69, 3.34, 3.17])

INTERVALS = [-99, -12, -7, -4, -2, -1, 0, 1, 2, 3, 5, 8, 13, 99]  # semitones
IOIS = [0, 0.06, 0.09, 0.12, 0.16, 0.2, 0.26, 0.35, 0.5, 0.7, 1, 1.5, 3, 99]  # seconds between onsets
LENGTHS = [0, 0.04, 0.07, 0.1, 0.15, 0.2, 0.3, 0.45, 0.7, 1, 1.5, 2.5, 3.9, 4.2, 99]  # seconds
SIZES = [1, 2, 3, 4, 5, 6, 99]  # notes of a chord
RATIOS = [0, 0.3, 0.45, 0.55, 0.8, 0.95, 1.05, 1.25, 1.8, 2.2, 3.3, 99]  # of an inter-onset interval (IOI) to the previous one

Features = dict[str, float]


def features(notes: list[Note], primer: list[Note]) -> Features:
    """All features of a continuation of 30 s (`notes`, not empty) after `primer`, in a fixed order."""
    chords = chords_of(notes)
    iois = iois_of(chords)
    return {
        **_pitches(notes, primer),
        **_velocities(notes, primer),
        **_density(notes, primer),
        **_shares("step of the top voice", np.diff([chord.top for chord in chords]), INTERVALS, "semitones"),
        **_shares("step of the bass", np.diff([chord.bass for chord in chords]), INTERVALS, "semitones"),
        **_shares("IOI of chords", iois, IOIS, "s"),
        **_shares("length of a note", [note.end - note.onset for note in notes], LENGTHS, "s"),
        **_shares("notes in a chord", [len(chord.pitches) for chord in chords], SIZES, ""),
        **_shares("IOI by the previous IOI", _ratios(iois), RATIOS, "times"),
        **_pulse(chords),
        **_texture(notes),
        **_repetition(chords, chords_of(primer)),
        **_harmony(chords),
    }


def _pitches(notes: list[Note], primer: list[Note]) -> Features:
    pitches = np.array([note.pitch for note in notes])
    before = np.array([note.pitch for note in primer])
    classes, classes_before = _pitch_classes(pitches), _pitch_classes(before)
    present = classes[classes > 0] / classes.sum()
    return {
        "notes": len(notes),
        "entropy of pitch classes": float(-(present * np.log2(present)).sum()),
        "fit of the best key": max(
            _correlation(np.roll(profile, key), classes) for profile in (MAJOR, MINOR) for key in range(12)
        ),
        "pitch classes as in the primer": _correlation(classes, classes_before),
        "mean pitch": float(pitches.mean()),
        "spread of pitch": float(pitches.std()),
        "lowest pitch": float(pitches.min()),
        "highest pitch": float(pitches.max()),
        "mean pitch above the primer's": float(pitches.mean() - before.mean()),
    }


def _velocities(notes: list[Note], primer: list[Note]) -> Features:
    velocities = np.array([note.velocity for note in notes], dtype=np.float64)
    return {
        "mean velocity": float(velocities.mean()),
        "spread of velocity": float(velocities.std()),
        "distinct velocities": len(set(velocities)),
        "mean velocity above the primer's": float(velocities.mean() - np.mean([note.velocity for note in primer])),
        "step of velocity": float(np.abs(np.diff(velocities)).mean()) if len(notes) > 1 else 0.0,
    }


def _density(notes: list[Note], primer: list[Note]) -> Features:
    onsets = [note.onset for note in notes]
    parts = np.histogram(onsets, np.arange(0, SECONDS + 1, 5))[0]
    short = np.histogram(onsets, np.arange(0, SECONDS + 1, 2))[0]
    return {
        **{f"notes in {5 * part}–{5 * part + 5} s": float(count) for part, count in enumerate(parts)},
        "unevenness of density": float(short.std()),
        "notes a second above the primer's": len(notes) / SECONDS - len(primer) / PRIMER_SECONDS,
    }


def _ratios(iois: Vector) -> Vector:
    return iois[1:] / np.maximum(iois[:-1], 0.01) if len(iois) > 1 else np.array([1.0])


def _pulse(chords: list[Chord]) -> Features:
    """The autocorrelation of the onsets, smoothed by a Gaussian (σ = 20 ms), at lags of beat and bar."""
    line = np.zeros(SECONDS * STEPS + 1)
    line[np.minimum([int(chord.onset * STEPS) for chord in chords], SECONDS * STEPS)] = 1
    line = np.convolve(line, np.exp(-0.5 * (np.arange(-6, 7) / 2.0) ** 2), "same")
    line -= line.mean()
    correlation = np.correlate(line, line, "full")[SECONDS * STEPS :]
    correlation = correlation / max(correlation[0], 1e-9)
    return {
        "best autocorrelation of onsets, 0.15–1.5 s": float(correlation[15:150].max()),
        "best autocorrelation of onsets, 0.3–3 s": float(correlation[30:300].max()),
        "spread of the autocorrelation of onsets": float(correlation[15:150].std()),
    }


def _texture(notes: list[Note]) -> Features:
    sounding = np.zeros(SECONDS * STEPS)
    for note in notes:
        start = int(note.onset * STEPS)
        sounding[start : max(start + 1, min(SECONDS * STEPS, int(note.end * STEPS)))] += 1
    return {
        "mean polyphony": float(sounding.mean()),
        "standard deviation of the polyphony": float(sounding.std()),
        "share of silence": float((sounding == 0).mean()),
        "highest polyphony": float(sounding.max()),
    }


def _repetition(chords: list[Chord], primer: list[Chord]) -> Features:
    """The shares of n-grams of the top voice that repeat themselves, and that are in the primer."""
    top, top_before = [chord.top for chord in chords], [chord.top for chord in primer]
    found: Features = {}
    for length in (3, 4, 6):
        runs = Counter(_runs(top, length))
        known = set(_runs(top_before, length))
        total = max(1, runs.total())
        found[f"repeated runs of {length}"] = 1 - len(runs) / total
        found[f"runs of {length} from the primer"] = (
            sum(count for run, count in runs.items() if run in known) / total
        )
    return found


def _runs(line: list[int], length: int) -> list[tuple[int, ...]]:
    """The n-grams of a line except the last one, so that results stay comparable with earlier ones."""
    return [tuple(line[start : start + length]) for start in range(len(line) - length)]


def _harmony(chords: list[Chord]) -> Features:
    large = [chord.pitch_classes for chord in chords if len(chord.pitches) > 2]
    return {
        "chords of three or more": len(large) / max(1, len(chords)),
        "chords with a semitone": _share(any((high - low) % 12 == 1 for low in one for high in one) for one in large),
        "notes that are the root of a triad": _share(_is_triad(one, root) for one in large for root in one),
    }


def _is_triad(pitch_classes: frozenset[int], root: int) -> bool:
    """Whether these are a major or minor triad on this root."""
    return {(pitch - root) % 12 for pitch in pitch_classes} in ({0, 4, 7}, {0, 3, 7})


def _pitch_classes(pitches: np.ndarray) -> Vector:
    return np.bincount(pitches % 12, minlength=12).astype(np.float64)


def _correlation(a: Vector, b: Vector) -> float:
    return float(np.corrcoef(a, b)[0, 1]) if a.std() > 0 and b.std() > 0 else 0.0


def _share(true: Iterable[bool]) -> float:
    found = list(true)
    return sum(found) / len(found) if found else 0.0


def _shares(of: str, numbers: Sequence[float] | np.ndarray, edges: Sequence[float], unit: str) -> Features:
    """A histogram whose bins sum to 1."""
    counts = np.histogram(numbers, edges)[0].astype(np.float64)
    counts /= max(1.0, counts.sum())
    names = [f"{of}, {low:g} to {high:g} {unit}".strip() for low, high in zip(edges, edges[1:])]
    return dict(zip(names, counts.tolist()))
