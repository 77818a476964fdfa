"""Writes a continuation as a text, the input of the second classifier: intervals of the outer voices, inter-onset intervals, chords."""

from __future__ import annotations

import math

from notes import Note, chords_of

SHORTEST_GAP = 0.03  # seconds
LARGEST_STEP = 14  # semitones, up or down


def words_of(notes: list[Note]) -> str:
    """Three words for each chord, such as `i2b-5 r18 c0_4_7`; the first chord has only the last word.

    i, b: melodic intervals of top voice and bass, in semitones; r: twice the binary logarithm of the inter-onset interval before the chord in
    seconds, plus 20; c: the pitches of the chord, in semitones above the bass.
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
