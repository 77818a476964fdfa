"""The small MIDI files of the table, byte by byte: 480 ticks a quarter note and 120 bpm unless told."""

import struct
from dataclasses import dataclass
from typing import Literal

Shown = Literal["times", "velocities", "pitches", "pedal", "program", "key"]


@dataclass(frozen=True)
class Case:
    """A file and what of its reading the table shows."""

    title: str
    shown: Shown
    midi: bytes


Event = tuple[int, bytes]
"""A tick and the bytes of an event."""

QUARTER = struct.pack(">H", 480)
FPS_25 = struct.pack(">bB", -25, 40)
"""25 frames a second, 40 ticks a frame: a tick is a millisecond."""


def on(tick: int, key: int = 60, velocity: int = 64) -> Event:
    return tick, bytes([0x90, key, velocity])


def off(tick: int, key: int = 60) -> Event:
    return tick, bytes([0x80, key, 64])


def control(tick: int, number: int, value: int) -> Event:
    return tick, bytes([0xB0, number, value])


def program(tick: int, number: int) -> Event:
    return tick, bytes([0xC0, number])


def meta(tick: int, kind: int, data: bytes) -> Event:
    return tick, bytes([0xFF, kind, len(data)]) + data


def tempo(tick: int, beats_per_minute: int) -> Event:
    return meta(tick, 0x51, (60_000_000 // beats_per_minute).to_bytes(3, "big"))


def end(tick: int) -> Event:
    return meta(tick, 0x2F, b"")


def variable_length(number: int) -> bytes:
    digits = [number & 0x7F]
    while number := number >> 7:
        digits.append(number & 0x7F | 0x80)
    return bytes(reversed(digits))


def track(*events: Event) -> bytes:
    """A track of events in order of ticks; the end follows the last one at once unless it is given."""
    listed = list(events)
    if listed[-1][1][:2] != b"\xff\x2f":
        listed.append(end(listed[-1][0]))
    body = b""
    now = 0
    for tick, message in listed:
        body += variable_length(tick - now) + message
        now = tick
    return b"MTrk" + struct.pack(">I", len(body)) + body


def midi(*tracks: bytes, form: int | None = None, division: bytes = QUARTER) -> bytes:
    format_number = form if form is not None else int(len(tracks) > 1)
    header = struct.pack(">4sIHH", b"MThd", 6, format_number, len(tracks)) + division
    return header + b"".join(tracks)


def one(*events: Event) -> bytes:
    return midi(track(*events))


LOUDER = 100

CASES: list[Case] = [
    Case(
        "two note-ons of a key, then two releases: on 0, on 0.5, off 1, off 1.5",
        "velocities",
        one(on(0), on(480, velocity=LOUDER), off(960), off(1440)),
    ),
    Case(
        "two note-ons, one release: on 0, on 0.5, off 1",
        "velocities",
        one(on(0), on(480, velocity=LOUDER), off(960)),
    ),
    Case(
        "touching, release first: on 0, off 0.5, on 0.5, off 1",
        "velocities",
        one(on(0), off(480), on(480, velocity=LOUDER), off(960)),
    ),
    Case(
        "touching, note-on first: on 0, on 0.5, off 0.5, off 1",
        "velocities",
        one(on(0), on(480, velocity=LOUDER), off(480), off(960)),
    ),
    Case(
        "length zero: on 0.5, off 0.5; another key 0.5–1",
        "pitches",
        one(on(480), off(480), on(480, 62), off(960, 62)),
    ),
    Case(
        "never released: on 0; another key 0.5–1; the track ends at 5",
        "pitches",
        one(on(0), on(480, 62), off(960, 62), end(4800)),
    ),
    Case(
        "never released, all notes off (controller 123) at 0.5; another key 1–1.5",
        "pitches",
        one(on(0), control(480, 123, 0), on(960, 62), off(1440, 62)),
    ),
    Case(
        "pedal 20 at 0, 70 at 0.5, 0 at 1",
        "pedal",
        one(control(0, 64, 20), on(0), control(480, 64, 70), off(480), control(960, 64, 0)),
    ),
    Case(
        "pedal 64 at 0, 63 at 0.5",
        "pedal",
        one(control(0, 64, 64), on(0), control(480, 64, 63), off(960)),
    ),
    Case(
        "pedal 127 at 0, 0 at 1 on a second track, same channel",
        "pedal",
        midi(track(on(0), off(480)), track(control(0, 64, 127), control(960, 64, 0))),
    ),
    Case(
        "first tempo, 60 bpm, at tick 480; note at ticks 960–1440",
        "times",
        one(tempo(480, 60), on(960), off(1440)),
    ),
    Case(
        "tempo 60 bpm on the last track; note at ticks 480–960",
        "times",
        midi(track(on(480), off(960)), track(tempo(0, 60))),
    ),
    Case(
        "SMPTE, 25 frames of 40 ticks; note at ticks 500–1000",
        "times",
        midi(track(on(500), off(1000)), division=FPS_25),
    ),
    Case(
        "format 2: 60 at 0–0.5, in the second pattern 62 at 0–0.5",
        "pitches",
        midi(track(on(0), off(480)), track(on(0, 62), off(480, 62)), form=2),
    ),
    Case(
        "program 1, on 0, program 40 at 0.25, off 0.5",
        "program",
        one(program(0, 1), on(0), program(240, 40), off(480)),
    ),
    Case(
        "on 0, then program 40 on the same tick, off 0.5",
        "program",
        one(on(0), program(0, 40), off(480)),
    ),
    Case(
        "key signature of 7 flats, minor",
        "key",
        one(meta(0, 0x59, struct.pack(">bB", -7, 1)), on(0), off(480)),
    ),
    Case(
        "running status after a text: 90 3C 40, text, 3C 00 at 0.5",
        "times",
        one(on(0), meta(240, 0x01, b"text"), (480, bytes([0x3C, 0]))),
    ),
]
