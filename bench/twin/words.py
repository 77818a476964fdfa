"""A continuation as a text of short words, the input of the second classifier: steps of the outer voices, gaps, chords."""

from __future__ import annotations

import math

from notes import Note, chords_of

SHORTEST_GAP = 0.03  # seconds
LARGEST_STEP = 14  # semitones


def words_of(notes: list[Note]) -> str:
    """For each chord three words: i, b: steps of top voice and bass; r: half octaves of the gap before it; c: its shape.

    The first chord has its shape only. `i2b-5 r18 c0_4_7`: the top voice rises by 2 semitones, the bass falls by 5.
    """
    words = []
    chords = chords_of(notes)
    for before, chord in zip([None, *chords], chords):
        if before is not None:
            words.append(f"i{_step(before.top, chord.top)}b{_step(before.bass, chord.bass)}")
            words.append(f"r{round(math.log2(max(chord.onset - before.onset, SHORTEST_GAP)) * 2) + 20}")
        words.append("c" + "_".join(str(pitch - chord.bass) for pitch in sorted(set(chord.pitches))))
    return " ".join(words)


def _step(before: int, after: int) -> int:
    return max(-LARGEST_STEP, min(LARGEST_STEP, after - before))
