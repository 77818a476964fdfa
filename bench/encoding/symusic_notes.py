"""Compares notes, in ticks, with those that symusic reads.

    pip install symusic==0.6.0
    python symusic_notes.py FOLDER…      # after `npm run build:package`; each folder holds MIDI files

Counts the files of each folder that are equal, that differ only for known reasons, and that differ otherwise; the latter
are listed with an example, and the exit code is then 1. The tables are Markdown.
"""

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import symusic

NO_RELEASE = "no note-off: symusic omits the note"
AFTER_END = "note-off after an end-of-track event, where symusic stops"
NO_LENGTH = "duration 0: symusic omits the note"
ONE_TICK = "two note-ons on one tick: symusic omits one"
OVERLAPPING = "repeated before its note-off: another end"
PROGRAM = "another program"
UNEXPLAINED = "unexplained"


class Note(NamedTuple):
    start: int
    end: int
    pitch: int
    velocity: int
    program: int
    is_percussion: bool


class OwnNote(NamedTuple):
    note: Note
    key: tuple[int, int, int]
    """Track, channel and pitch."""
    is_released: bool
    is_after_end: bool
    """Whether its note-off follows an end-of-track event."""


def own_notes(paths: list[Path]) -> Iterator[list[OwnNote]]:
    script = Path(__file__).with_suffix(".mjs")
    for first in range(0, len(paths), 100):
        names = [str(path) for path in paths[first : first + 100]]
        output = subprocess.run(["node", str(script), *names], check=True, capture_output=True, text=True).stdout
        for line in output.splitlines():
            rows: list[list[int]] = json.loads(line)
            yield [
                OwnNote(
                    Note(start, end, pitch, velocity, program, bool(drum)),
                    (track, channel, pitch),
                    release > 0,
                    release > 1,
                )
                for track, channel, program, drum, pitch, velocity, start, end, release in rows
            ]


def symusic_notes(path: Path) -> list[Note]:
    score: Any = symusic.Score(str(path))
    return [
        Note(note.time, note.end, note.pitch, note.velocity, track.program, track.is_drum)
        for track in score.tracks
        for note in track.notes
    ]


def overlapping(notes: list[OwnNote]) -> set[int]:
    """Indices of notes that overlap another note of their pitch."""
    found: set[int] = set()
    last: dict[tuple[int, int, int], tuple[int, int]] = {}
    for index in sorted(range(len(notes)), key=lambda index: (notes[index].note.start, index)):
        note, key = notes[index].note, notes[index].key
        before, end = last.get(key, (index, -1))
        if note.start < end or notes[before].note.start == note.start or not notes[before].is_released:
            found |= {before, index} if before != index else set()
        last[key] = (index, max(end, note.end))
    return found


Key = Callable[[Note], tuple[object, ...]]


def take_matches(
    own: list[int], theirs: list[Note], notes: list[OwnNote], key: Key
) -> tuple[list[tuple[int, Note]], list[int], list[Note]]:
    """Pairs elements with equal keys; returns the pairs and the rest of both sides."""
    waiting: dict[tuple[object, ...], list[Note]] = {}
    for note in theirs:
        waiting.setdefault(key(note), []).append(note)
    pairs: list[tuple[int, Note]] = []
    left: list[int] = []
    for index in own:
        found = waiting.get(key(notes[index].note))
        if found:
            pairs.append((index, found.pop(0)))
        else:
            left.append(index)
    return pairs, left, [note for notes in waiting.values() for note in notes]


KEYS: list[Key] = [
    lambda note: tuple(note),
    lambda note: (note.start, note.end, note.pitch, note.velocity),
    lambda note: (note.start, note.pitch, note.velocity, note.program),
    lambda note: (note.start, note.pitch, note.velocity),
]


def differences(own: list[OwnNote], theirs: list[Note]) -> tuple[Counter[str], list[str]]:
    """Counts each kind of difference, and lists the unexplained ones."""
    kinds: Counter[str] = Counter()
    examples: list[str] = []
    knots = overlapping(own)

    def count(kind: str, what: str) -> None:
        kinds[kind] += 1
        if kind == UNEXPLAINED:
            examples.append(what)

    left, left_there = list(range(len(own))), theirs
    for key in KEYS:
        pairs, left, left_there = take_matches(left, left_there, own, key)
        for index, there in pairs:
            note = own[index].note
            if (note.program, note.is_percussion) != (there.program, there.is_percussion):
                count(PROGRAM, f"{note}, symusic's {there}")
            if note.end != there.end:
                count(OVERLAPPING if index in knots else UNEXPLAINED, f"{note}, symusic's {there}")
    twice = Counter((one.note.start, one.key) for one in own)
    for index in left:
        note, key_of_note, is_released, is_after_end = own[index]
        if is_after_end:
            count(AFTER_END, "")
        elif not is_released:
            count(NO_RELEASE, "")
        elif note.start == note.end:
            count(NO_LENGTH, "")
        elif twice[note.start, key_of_note] > 1:
            count(ONE_TICK, "")
        else:
            count(UNEXPLAINED, f"{note} is not among symusic's")
    for there in left_there:
        count(UNEXPLAINED, f"{there} is only symusic's")
    return kinds, examples


def compare(folder: Path) -> bool:
    paths = sorted(path for path in folder.rglob("*") if path.suffix.lower() in (".mid", ".midi"))
    corpora: dict[str, Counter[str]] = {}
    notes_of_kind: Counter[tuple[str, str]] = Counter()
    files_of_kind: Counter[tuple[str, str]] = Counter()
    for path, own in zip(paths, own_notes(paths), strict=True):
        relative = path.relative_to(folder)
        corpus = relative.parts[0] if len(relative.parts) > 1 else "."
        counts = corpora.setdefault(corpus, Counter())
        theirs = symusic_notes(path)
        kinds, examples = differences(own, theirs)
        counts["notes"] += len(own)
        counts["symusic's"] += len(theirs)
        counts["files"] += 1
        counts["unexplained" if examples else "named" if kinds else "equal"] += 1
        for kind, count in kinds.items():
            notes_of_kind[corpus, kind] += count
            files_of_kind[corpus, kind] += 1
        if examples:
            print(f"{relative}: {len(examples)} unexplained, the first: {examples[0]}")
    columns = ["files", "equal", "named", "unexplained", "notes", "symusic's"]
    print(f"\n{folder.name}\n\n| corpus | {' | '.join(columns)} |\n| --- |{' ---: |' * len(columns)}")
    for corpus, counts in corpora.items():
        print(f"| {corpus} | {' | '.join(str(counts[column]) for column in columns)} |")
    print("\n| corpus | difference | notes | files |\n| --- | --- | ---: | ---: |")
    for (corpus, kind), count in sorted(notes_of_kind.items()):
        print(f"| {corpus} | {kind} | {count} | {files_of_kind[corpus, kind]} |")
    return all(counts["unexplained"] == 0 for counts in corpora.values())


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    sys.exit(0 if all([compare(Path(name)) for name in sys.argv[1:]]) else 1)
