"""What a reader made of a file, and how the table says it."""

from collections.abc import Callable
from dataclasses import dataclass, field

from files import Shown


@dataclass(frozen=True)
class Note:
    start: float
    """Seconds, as `end`."""
    end: float
    pitch: int
    velocity: int
    program: int | None = None


@dataclass(frozen=True)
class Reading:
    notes: list[Note]
    pedal: list[tuple[float, str]] = field(default_factory=list)
    """Seconds and the value, or up and down where the reader makes that of it."""
    keys: list[str] = field(default_factory=list)
    messages: list[str] | None = None
    """In place of notes, from a reader that pairs none."""


def seconds(value: float) -> str:
    return f"{round(value, 3):g}"


def sort_key(note: Note) -> tuple[float, int, int, float]:
    return note.start, note.pitch, note.velocity, note.end


def said(reading: Reading, shown: Shown) -> str:
    if shown == "pedal":
        return ", ".join(f"{value} at {seconds(at)}" for at, value in reading.pedal) or "no pedal"
    if shown == "key":
        return ", ".join(reading.keys) or "no key"
    if reading.messages is not None:
        return ", ".join(reading.messages)
    return ", ".join(note_said(note, shown) for note in sorted(reading.notes, key=sort_key)) or "no note"


def note_said(note: Note, shown: Shown) -> str:
    times = f"{seconds(note.start)}–{seconds(note.end)}"
    if shown == "velocities":
        return f"{times} ({note.velocity})"
    if shown == "pitches":
        return f"{note.pitch}: {times}"
    if shown == "program":
        return f"{times}, program {'–' if note.program is None else note.program}"
    return times


def attempt(read: Callable[[], Reading], shown: Shown) -> str:
    """What a reader says, or its error."""
    try:
        return said(read(), shown)
    except Exception as error:  # each reader raises errors of its own, and the table shows them
        words = " ".join(str(error).split())
        shortened = words if len(words) <= 60 else words[:59] + "…"
        return f"`{type(error).__name__}: {shortened}`" if words else f"`{type(error).__name__}`"
