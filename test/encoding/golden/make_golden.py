"""Makes note-seq.json: small MIDI files of edge cases with the ids that note-seq gives them.

    pip install note-seq==0.0.5 "pretty_midi==0.2.11.post0"    # librosa and the like may be missing
    python make_golden.py                               # writes note-seq.json beside this file
    python make_golden.py --random 1000 FILE            # as many random pieces, for a check that is not committed
    python make_golden.py --folder FOLDER EVERY FILE    # every EVERY-th MIDI file of a folder, likewise

`bench/encoding/parity.mjs` compares what the last two write. Each row holds the ids in three vocabularies: note-seq's own,
and the variants that are declared as data in encoding/performance/vocabulary.ts.

pretty_midi, which note-seq reads with, lets one note-off end every open note of its key. Ostinato pairs first in, first
out on purpose, so pretty_midi's pairing is replaced here, and percussion, which note-seq would encode as piano, is taken out;
everything else is note-seq's own.
"""

import base64
import importlib.util
import inspect
import io
import json
import pathlib
import random
import struct
import sys
import textwrap
import types
from collections.abc import Callable
from typing import Any

Events = list[tuple[int, bytes]]  # ticks and messages


def load_note_seq() -> None:
    """note-seq's pure modules: its package file imports audio and plotting libraries that are not needed."""
    for names in (["librosa"], ["pydub"], ["bokeh", "bokeh.plotting"], ["IPython"]):
        if importlib.util.find_spec(names[0]) is None:
            sys.modules.update({name: types.ModuleType(name) for name in names})
    found = importlib.util.find_spec("note_seq")
    if found is None or found.origin is None:
        sys.exit("note-seq is not installed; see the first lines of this file")
    folder = pathlib.Path(found.origin).parent
    package = types.ModuleType("note_seq")
    package.__path__ = [str(folder)]
    sys.modules["note_seq"] = package


load_note_seq()
import pretty_midi.pretty_midi as pretty_midi  # noqa: E402
from note_seq import midi_io, performance_lib, sequences_lib  # noqa: E402
from note_seq.performance_encoder_decoder import PerformanceOneHotEncoding  # noqa: E402
from note_seq.performance_lib import Performance  # noqa: E402


def pair_first_in_first_out() -> None:
    """Edits the one function of pretty_midi that pairs note-ons with note-offs, and nothing else of it."""
    source = textwrap.dedent(inspect.getsource(pretty_midi.PrettyMIDI._load_instruments))
    begin = source.index("notes_to_close = [")
    end = source.index("for start_tick, velocity in notes_to_close:")
    indent = " " * (begin - source.rindex("\n", 0, begin) - 1)
    pairing = f"notes_to_close = open_notes[:1]\n{indent}notes_to_keep = open_notes[1:]\n\n{indent}"
    source = source[:begin] + pairing + source[end:]
    source = source.replace("len(notes_to_close) > 0 and len(notes_to_keep) > 0", "len(notes_to_keep) > 0")
    # Names that Python mangles inside a class, spelled out.
    source = source.replace("__get_instrument", "get_instrument")
    source = source.replace("self.__tick_to_time", "self._PrettyMIDI__tick_to_time")
    names: dict[str, Any] = dict(pretty_midi.__dict__)
    exec(source, names)
    pretty_midi.PrettyMIDI._load_instruments = names["_load_instruments"]


def ids_of(midi: bytes) -> dict[str, list[int]]:
    """The ids of a file, by vocabulary."""
    sequence = midi_io.midi_to_note_sequence(midi)
    sequence = sequences_lib.apply_sustain_control_changes(sequence)
    pitched = [note for note in sequence.notes if not note.is_drum]
    on_piano = [note for note in pitched if 21 <= note.pitch <= 108]
    return {
        "performance-388": encode(sequence, pitched),
        # magenta's score2perf.py: two reserved ids, and only the keys of a piano.
        "score2perf": [id + 2 for id in encode(sequence, on_piano, min_pitch=21, max_pitch=108)],
        # jason9693/midi-neural-processor: velocity bins v >> 2 from 0. note-seq's events count bins from 1.
        "midi-neural-processor": encode(sequence, pitched, velocity_bin=lambda velocity, _: (velocity >> 2) + 1),
    }


def encode(
    sequence: Any,
    notes: list[Any],
    velocity_bin: Callable[[int, int], int] = performance_lib.velocity_to_bin,
    **pitches: int,
) -> list[int]:
    del sequence.notes[:]
    sequence.notes.extend(notes)
    quantized = sequences_lib.quantize_note_sequence_absolute(sequence, 100)
    original, performance_lib.velocity_to_bin = performance_lib.velocity_to_bin, velocity_bin
    performance = Performance(quantized_sequence=quantized, num_velocity_bins=32)
    performance_lib.velocity_to_bin = original
    encoding = PerformanceOneHotEncoding(num_velocity_bins=32, max_shift_steps=100, **pitches)
    return [encoding.encode_event(event) for event in performance]


def variable_length(value: int) -> bytes:
    digits = [value & 0x7F]
    while value := value >> 7:
        digits.append(0x80 | (value & 0x7F))
    return bytes(reversed(digits))


def track(events: Events) -> bytes:
    """Events at absolute ticks, in the order given where ticks are equal."""
    body, now = io.BytesIO(), 0
    for tick, message in sorted(events, key=lambda event: event[0]):
        body.write(variable_length(tick - now) + message)
        now = tick
    body.write(b"\x00\xff\x2f\x00")
    return b"MTrk" + struct.pack(">I", len(body.getvalue())) + body.getvalue()


def midi_file(*tracks: Events, ticks: int = 500) -> bytes:
    header = struct.pack(">4sIHHH", b"MThd", 6, 0 if len(tracks) == 1 else 1, len(tracks), ticks)
    return header + b"".join(track(events) for events in tracks)


def note(pitch: int, velocity: int, start: int, end: int, channel: int = 0) -> Events:
    return [(start, bytes([0x90 | channel, pitch, velocity])), (end, bytes([0x80 | channel, pitch, 0]))]


def pedal(tick: int, value: int, channel: int = 0) -> Events:
    return [(tick, bytes([0xB0 | channel, 64, value]))]


def program(tick: int, number: int, channel: int = 0) -> Events:
    return [(tick, bytes([0xC0 | channel, number]))]


def tempo(tick: int, microseconds: int) -> Events:
    return [(tick, b"\xff\x51\x03" + microseconds.to_bytes(3, "big"))]


def cases() -> dict[str, bytes]:
    """At 500 ticks a quarter and 120 quarters a minute, a tick is a millisecond."""
    chord = note(67, 70, 100, 600) + note(60, 70, 100, 600) + note(64, 90, 100, 600)
    arpeggio = pedal(0, 127) + note(60, 80, 0, 200) + note(64, 80, 250, 450) + note(67, 80, 500, 700)
    return {
        "a chord": midi_file(chord),
        "an arpeggio under the pedal": midi_file(arpeggio + pedal(1000, 0)),
        "the pedal never lifted": midi_file(arpeggio + note(72, 1, 1500, 1600)),
        "half pedals": midi_file(pedal(0, 64) + note(60, 64, 0, 100) + pedal(300, 63) + note(62, 64, 400, 500)),
        "struck again under the pedal": midi_file(
            pedal(0, 100) + note(60, 10, 0, 100) + note(60, 20, 300, 400) + pedal(900, 0)
        ),
        "struck again under the pedal while the key is down": midi_file(
            pedal(0, 100) + note(60, 10, 0, 500) + note(60, 20, 300, 700) + pedal(600, 0)
        ),
        "struck twice at once under the pedal": midi_file(
            pedal(0, 100) + note(60, 10, 100, 200) + note(60, 20, 100, 300) + pedal(900, 0)
        ),
        "pedal and key at the same time": midi_file(
            note(60, 64, 0, 200) + pedal(200, 127) + note(62, 64, 200, 400) + pedal(400, 0) + pedal(400, 127)
            + note(64, 64, 400, 500) + pedal(800, 0)
        ),
        "overlapping notes of one key": midi_file(note(60, 10, 0, 300) + note(60, 120, 100, 200)),
        "notes of no length": midi_file(note(60, 64, 100, 100) + note(62, 64, 102, 104)),
        "a key repeated at once": midi_file(note(60, 64, 0, 500) + note(60, 64, 500, 1000)),
        "the edges of velocity and pitch": midi_file(
            sum((note(p, v, i * 100, i * 100 + 50) for i, (p, v) in enumerate([(0, 1), (127, 4), (60, 5), (61, 127)])), [])
        ),
        "rounding of half steps": midi_file(sum((note(60 + i, 64, 5 + 15 * i, 100 + 5 * i) for i in range(8)), [])),
        "long silences": midi_file(note(60, 64, 2500, 4500) + note(60, 64, 5500, 5510)),
        "percussion, with a pedal of its own": midi_file(
            note(60, 64, 0, 100) + note(35, 100, 0, 900, 9) + pedal(0, 127) + pedal(2000, 0, 9)
        ),
        "a note that never ends": midi_file(note(60, 64, 0, 100) + [(50, b"\x90\x3e\x40")]),
        "several tracks and tempos": midi_file(
            tempo(0, 400_000) + tempo(333, 612_345) + tempo(700, 250_000),
            program(0, 0) + note(60, 64, 100, 731) + note(64, 64, 333, 900),
            program(0, 1, 1) + pedal(0, 127, 1) + note(48, 30, 100, 200, 1) + note(60, 90, 100, 800, 1),
            ticks=384,
        ),
        "two channels of one track, the same key": midi_file(
            pedal(0, 0) + pedal(0, 0, 1) + note(60, 100, 100, 900, 0) + note(60, 20, 100, 300, 1)
        ),
        "a pedal on a track without notes": midi_file(
            pedal(0, 127) + note(60, 64, 0, 100), pedal(3000, 0)
        ),
        "a program that changes under the pedal": midi_file(
            pedal(0, 127) + note(60, 64, 0, 100) + program(150, 9) + note(60, 64, 200, 300) + note(62, 64, 250, 300)
            + pedal(700, 0)
        ),
    }


def random_piece(chance: random.Random) -> bytes:
    """Few pitches and few ticks, so that everything happens at once."""
    tracks: list[Events] = [sum((tempo(chance.randrange(400), chance.randrange(200_000, 900_000)) for _ in range(chance.randrange(4))), [])]
    for _ in range(chance.randrange(1, 4)):
        channels = chance.sample([0, 1, 9], chance.randrange(1, 4))
        # A controller first: without one pretty_midi keeps the pedal of each program apart (see encoding/README.md).
        events: Events = sum((pedal(0, 0, channel) for channel in channels), [])
        for _ in range(chance.randrange(25)):
            channel, tick = chance.choice(channels), chance.randrange(0, 400, chance.choice([1, 5, 50]))
            kind = chance.random()
            if kind < 0.7:
                length = chance.choice([0, 1, 4, 10, 50, 150, 700])
                events += note(chance.choice([20, 21, 60, 61, 62, 63, 108, 109]), chance.randrange(1, 128), tick, tick + length, channel)
            elif kind < 0.95:
                events += pedal(tick, chance.choice([0, 63, 64, 127]), channel)
            else:
                events += program(tick, chance.randrange(3), channel)
        tracks.append(events)
    return midi_file(*tracks, ticks=chance.choice([96, 384, 480, 500]))


def write(path: pathlib.Path, pieces: dict[str, bytes]) -> None:
    rows = [
        json.dumps({"name": name, "midi": base64.b64encode(midi).decode(), "ids": ids_of(midi)})
        for name, midi in pieces.items()
    ]
    path.write_text("[\n" + ",\n".join(rows) + "\n]\n")


def write_folder(folder: pathlib.Path, every: int, target: pathlib.Path) -> None:
    """One row a file, written as it is done; the files themselves are named, not copied."""
    paths = sorted(path for path in folder.rglob("*") if path.suffix.lower() in (".mid", ".midi"))[::every]
    with target.open("w") as rows:
        for path in paths:
            rows.write(json.dumps({"name": str(path.resolve()), "ids": ids_of(path.read_bytes())}) + "\n")
            rows.flush()


if __name__ == "__main__":
    pair_first_in_first_out()
    match sys.argv[1:]:
        case []:
            write(pathlib.Path(__file__).with_name("note-seq.json"), cases())
        case ["--random", count, target]:
            chance = random.Random(7)
            write(pathlib.Path(target), {f"random {i}": random_piece(chance) for i in range(int(count))})
        case ["--folder", folder, every, target]:
            write_folder(pathlib.Path(folder), int(every), pathlib.Path(target))
        case _:
            sys.exit(__doc__)
