"""The readers in Python, each with its defaults."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import mido
import miditoolkit
import music21
import pretty_midi
import symusic
from note_seq import midi_io

from readings import Note, Reading


def read_symusic(path: Path) -> Reading:
    score: Any = symusic.Score(str(path), "second")
    notes = [
        Note(note.time, note.time + note.duration, note.pitch, note.velocity, track.program)
        for track in score.tracks
        for note in track.notes
    ]
    pedal = [(c.time, str(c.value)) for t in score.tracks for c in t.controls if c.number == 64]
    keys = [f"{key.key} {'minor' if key.tonality else 'major'}" for key in score.key_signatures]
    return Reading(notes, pedal, keys)


def read_pretty_midi(path: Path) -> Reading:
    score = pretty_midi.PrettyMIDI(str(path))
    notes = [
        Note(note.start, note.end, note.pitch, note.velocity, instrument.program)
        for instrument in score.instruments
        for note in instrument.notes
    ]
    pedal = [(c.time, str(c.value)) for i in score.instruments for c in i.control_changes if c.number == 64]
    keys = [pretty_midi.key_number_to_key_name(change.key_number) for change in score.key_signature_changes]
    return Reading(notes, pedal, keys)


def read_mido(path: Path) -> Reading:
    messages: list[str] = []
    pedal: list[tuple[float, str]] = []
    keys: list[str] = []
    now = 0.0
    for message in mido.MidiFile(str(path)):
        now += message.time
        if message.type in ("note_on", "note_off"):
            kind = "on" if message.type == "note_on" and message.velocity > 0 else "off"
            messages.append(f"{kind} {round(now, 3):g}")
        elif message.type == "program_change":
            messages.append(f"program {message.program} at {round(now, 3):g}")
        elif message.type == "control_change" and message.control == 64:
            pedal.append((now, str(message.value)))
        elif message.type == "key_signature":
            keys.append(message.key)
    return Reading([], pedal, keys, messages)


def read_miditoolkit(path: Path) -> Reading:
    score = miditoolkit.MidiFile(str(path))
    at = score.get_tick_to_time_mapping()
    notes = [
        Note(at[note.start], at[note.end], note.pitch, note.velocity, instrument.program)
        for instrument in score.instruments
        for note in instrument.notes
    ]
    pedal = [
        (at[c.time], str(c.value)) for i in score.instruments for c in i.control_changes if c.number == 64
    ]
    return Reading(notes, pedal, [change.key_name for change in score.key_signature_changes])


def read_music21(path: Path) -> Reading:
    parsed = music21.converter.parse(str(path), format="midi", forceSource=True)
    if not isinstance(parsed, music21.stream.Score):
        raise TypeError(f"a {type(parsed).__name__} in place of a score")
    score = parsed.stripTies()
    at = tempo_map(score)
    notes: list[Note] = []
    for element in score.recurse().notes:
        instrument = element.getContextByClass(music21.instrument.Instrument)
        program = None if instrument is None else instrument.midiProgram
        offset = float(element.getOffsetInHierarchy(score))
        start, end = at(offset), at(offset + float(element.quarterLength))
        velocity = element.volume.velocity or 0
        notes += [Note(start, end, pitch.midi, velocity, program) for pitch in element.pitches]
    found = score.recurse().getElementsByClass(music21.key.KeySignature)
    keys = [key.name if isinstance(key, music21.key.Key) else f"{key.sharps} sharps" for key in found]
    pedals = score.recurse().getElementsByClass(music21.expressions.PedalMark)
    return Reading(notes, [(0.0, str(mark)) for mark in pedals], keys)


def tempo_map(score: music21.stream.Score) -> Callable[[float], float]:
    """Seconds of an offset in quarter notes, from the tempo marks of the score; 120 bpm before the first."""
    marks = sorted(
        (float(mark.getOffsetInHierarchy(score)), float(mark.getQuarterBPM() or 120))
        for mark in score.recurse().getElementsByClass(music21.tempo.MetronomeMark)
    )

    def at(offset: float) -> float:
        seconds, place, bpm = 0.0, 0.0, 120.0
        for start, next_bpm in marks:
            if start >= offset:
                break
            seconds += (start - place) * 60 / bpm
            place, bpm = start, next_bpm
        return seconds + (offset - place) * 60 / bpm

    return at


def read_note_seq(path: Path) -> Reading:
    sequence = midi_io.midi_file_to_note_sequence(str(path))
    notes = [Note(n.start_time, n.end_time, n.pitch, n.velocity, n.program) for n in sequence.notes]
    pedal = [(c.time, str(c.control_value)) for c in sequence.control_changes if c.control_number == 64]
    keys = [
        f"{type(sequence).KeySignature.Key.Name(key.key)} {'minor' if key.mode else 'major'}"
        for key in sequence.key_signatures
    ]
    return Reading(notes, pedal, keys)
