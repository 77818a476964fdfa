"""Compares the end of the sound of each note with FluidSynth, event by event.

    npm run build:package                                          # in the repository's root
    apt-get install libfluidsynth3 && pip install mido             # and a SoundFont: timgm6mb-soundfont
    python bench/encoding/releases.py FILE…                        # prints a Markdown table; exit code 1 if unexplained

mido reads the files, and libfluidsynth is called through ctypes. It receives the events by tick, then track, then order in the
file. After each event, 40 ms are rendered, and the voices that still play are the sounding notes: every channel plays strings,
which do not decay, with the shortest possible release (16 ms). Channels of different ports are different channels of the synthesizer.

A file is played twice. In the first pass it is played unchanged. In the second, overlapping notes of one key are sent to
different channels, and each note-off to that of the oldest note-on of its key on its track, so that differences to Ostinato
are due to pedals only.
Percussion is skipped. Ostinato's end of a note equals the first pass's, or differs for one of these reasons:

overlap        A release differs in the first pass and is equal in the second. FluidSynth ends a key's earlier note at the
               next one, and the newest at the first note-off. Ostinato pairs them first in, first out.
repeated       Ostinato ends a note at the next note-on of its key under the pedal, by the same program; FluidSynth sustains it.
down at end    The pedal is down at the end. FluidSynth does not end the note; Ostinato does at the last note-off or pedal event.
no note-off    The note-off is missing. FluidSynth never ends the note, or at a message for another note.
"""

import argparse
import ctypes
import ctypes.util
import json
import subprocess
import sys
from collections import Counter, defaultdict, deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import mido

HERE = Path(__file__).parent
SUSTAIN, SOSTENUTO, ALL_SOUND_OFF, RESET_CONTROLLERS, ALL_NOTES_OFF = 64, 66, 120, 121, 123
PEDAL_DOWN = 64
STATE_CONTROLLERS = {SUSTAIN, SOSTENUTO, ALL_SOUND_OFF, RESET_CONTROLLERS, *range(ALL_NOTES_OFF, 128)}
#: General MIDI's string ensemble, counted from 0: every key has a sample, which sounds until it is released.
STRINGS = 48
#: The velocity of every note-on, since FluidSynth ends inaudible voices.
VELOCITY = 127
MAX_CHANNELS = 256
#: Maximum polyphony, high enough that no voice is stolen.
POLYPHONY = 4096
SAMPLE_RATE = 8000.0
#: Samples after which a released voice has ended (40 ms).
BLOCK_FRAMES = 320
#: The SoundFont generator of the volume envelope's release, and an offset in time cents below any release.
VOLUME_RELEASE, SHORTEST = 38, -24000.0
REASONS = ("overlap", "repeated", "down at end", "no note-off")

#: A note-on: its track, and its index in the track.
NoteOn = tuple[int, int]


class Event(NamedTuple):
    """A MIDI message. `position` is its index in the track; `channel` counts over all ports."""

    tick: int
    track: int
    position: int
    message: mido.Message
    channel: int


class Ours(NamedTuple):
    """A note as Ostinato reads it, in ticks; `release` is None where no event releases it."""

    start: int
    release: int | None
    program: int
    end: int


@dataclass
class Sounding:
    """A note-on whose voices are not yet released."""

    note_on: NoteOn
    voice_id: int
    voices: list[int] = field(default_factory=list)


class Synthesizer:
    """FluidSynth without an audio driver."""

    def __init__(self, soundfont: str, channels: int) -> None:
        name = ctypes.util.find_library("fluidsynth") or "libfluidsynth.so.3"
        self.library = library = ctypes.CDLL(name)
        pointer = ctypes.c_void_p
        for function in ("new_fluid_settings", "new_fluid_synth"):
            getattr(library, function).restype = pointer
        library.fluid_settings_setnum.argtypes = [pointer, ctypes.c_char_p, ctypes.c_double]
        library.fluid_synth_set_gen.argtypes = [pointer, ctypes.c_int, ctypes.c_int, ctypes.c_float]
        library.fluid_voice_get_id.restype = ctypes.c_uint
        self.settings = pointer(library.new_fluid_settings())
        library.fluid_settings_setnum(self.settings, b"synth.sample-rate", SAMPLE_RATE)
        whole = {
            "midi-channels": channels,
            "polyphony": POLYPHONY,
            "min-note-length": 0,
            "reverb.active": 0,
            "chorus.active": 0,
        }
        for setting, value in whole.items():
            library.fluid_settings_setint(self.settings, f"synth.{setting}".encode(), value)
        self.synth = pointer(library.new_fluid_synth(self.settings))
        if library.fluid_synth_sfload(self.synth, soundfont.encode(), 1) < 0:
            sys.exit(f"FluidSynth cannot load {soundfont}. Name another SoundFont with --soundfont.")
        for channel in range(channels):
            library.fluid_synth_set_channel_type(self.synth, channel, 0)
            library.fluid_synth_program_select(self.synth, channel, 1, 0, STRINGS)
            library.fluid_synth_set_gen(self.synth, channel, VOLUME_RELEASE, SHORTEST)
        self.voice_list = (pointer * POLYPHONY)()
        self.frames = (ctypes.c_int16 * (2 * BLOCK_FRAMES))()

    def close(self) -> None:
        self.library.delete_fluid_synth(self.synth)
        self.library.delete_fluid_settings(self.settings)

    def control(self, channel: int, controller: int, value: int) -> None:
        # CC 124 to 127 release all keys too, but FluidSynth also regroups channels at them.
        self.library.fluid_synth_cc(self.synth, channel, min(controller, ALL_NOTES_OFF), value)

    def note_on(self, channel: int, key: int, note_on: NoteOn) -> Sounding:
        self.library.fluid_synth_noteon(self.synth, channel, key, VELOCITY)
        self.library.fluid_synth_get_voicelist(self.synth, self.voice_list, POLYPHONY, -1)
        newest = Sounding(note_on, -1)
        for address in self.voice_list:
            if address is None:
                break
            voice_id = self.library.fluid_voice_get_id(ctypes.c_void_p(address))
            if voice_id > newest.voice_id:
                newest = Sounding(note_on, voice_id)
            if voice_id == newest.voice_id:
                newest.voices.append(address)
        first = ctypes.c_void_p(newest.voices[0]) if newest.voices else None
        if first is None or self.library.fluid_voice_get_key(first) != key:
            raise RuntimeError(f"FluidSynth plays no voice for key {key}. Name another SoundFont with --soundfont.")
        return newest

    def note_off(self, channel: int, key: int) -> None:
        self.library.fluid_synth_noteoff(self.synth, channel, key)

    def sounds(self, sounding: Sounding) -> bool:
        """Whether a voice of a note-on still plays. Its slot may have been reused by a voice of another note-on."""
        voices = (ctypes.c_void_p(address) for address in sounding.voices)
        library = self.library
        for voice in voices:
            if library.fluid_voice_get_id(voice) == sounding.voice_id and library.fluid_voice_is_playing(voice):
                return True
        return False

    def render(self) -> None:
        frames = self.frames
        self.library.fluid_synth_write_s16(self.synth, BLOCK_FRAMES, frames, 0, 2, frames, 1, 2)
        # FluidSynth marks ended voices at the next call that does not render audio.
        self.library.fluid_synth_get_active_voice_count(self.synth)


def is_note_on(message: mido.Message) -> bool:
    return bool(message.type == "note_on" and message.velocity > 0)


def events_of(path: str) -> list[Event]:
    """The events of all tracks in playing order."""
    file = mido.MidiFile(path, clip=True)
    if file.type == 2:
        sys.exit(f"{path} is of format 2, whose tracks are not played together. Leave it out.")
    events: list[Event] = []
    for track, messages in enumerate(file.tracks):
        port = next((message.port for message in messages if message.type == "midi_port"), 0)
        tick = 0
        for index, message in enumerate(messages):
            tick += message.time
            is_state = message.type == "control_change" and message.control in STATE_CONTROLLERS
            if is_state or message.type in ("note_on", "note_off"):
                events.append(Event(tick, track, index, message, port * 16 + message.channel))
    return sorted(events, key=lambda event: event[:3])


def play(events: Iterable[Event], soundfont: str, layers: int) -> dict[NoteOn, int | None]:
    """The tick at which each note-on is released; None if it never is.

    Overlapping notes of a key are sent to different layers, as long as there are free ones; a layer is a copy of all channels.
    """
    channels = {channel: rank for rank, channel in enumerate(sorted({event.channel for event in events}))}
    layers = min(layers, MAX_CHANNELS // len(channels))
    synth = Synthesizer(soundfont, -(-len(channels) * layers // 16) * 16)
    releases: dict[NoteOn, int | None] = {}
    sounding: dict[int, list[Sounding]] = defaultdict(list)
    #: The layers with pressed keys, and per track those of its note-ons in order.
    down: dict[tuple[int, int], Counter[int]] = defaultdict(Counter)
    open_notes: dict[tuple[int, int, int], deque[int]] = defaultdict(deque)
    for tick, track, index, message, channel in events:
        targets = [channels[channel] + layer * len(channels) for layer in range(layers)]
        if message.type == "control_change":
            for target in targets:
                synth.control(target, message.control, message.value)
            if message.control == ALL_SOUND_OFF or message.control >= ALL_NOTES_OFF:
                for key in [key for key in down if key[0] == channel]:
                    del down[key]
                for track_key in [track_key for track_key in open_notes if track_key[0] == channel]:
                    del open_notes[track_key]
        elif is_note_on(message):
            key = (channel, message.note)
            layer = next((layer for layer in range(layers) if down[key][layer] == 0), 0)
            down[key][layer] += 1
            open_notes[*key, track].append(layer)
            note_on = (track, index)
            releases[note_on] = None
            sounding[channel].append(synth.note_on(targets[layer], message.note, note_on))
        elif layers == 1:
            synth.note_off(targets[0], message.note)
        elif open_notes[channel, message.note, track]:
            layer = open_notes[channel, message.note, track].popleft()
            down[channel, message.note][layer] -= 1
            synth.note_off(targets[layer], message.note)
        synth.render()
        still = []
        for note in sounding[channel]:
            if synth.sounds(note):
                still.append(note)
            else:
                releases[note.note_on] = tick
        sounding[channel] = still
    synth.close()
    return releases


def ours_of(paths: list[str]) -> Iterator[dict[NoteOn, Ours]]:
    """Ostinato's notes of each file."""
    command = ["node", str(HERE / "releases.mjs"), *paths]
    output = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
    for line in output.splitlines():
        rows = json.loads(line)
        yield {(row["track"], row["index"]): Ours(row["start"], row["release"], row["program"], row["end"]) for row in rows}


def kind_of(events: list[Event]) -> str:
    """Whether pedal events are on other tracks than the notes of their channel."""
    pedals: dict[int, set[int]] = defaultdict(set)
    notes: dict[int, set[int]] = defaultdict(set)
    for event in events:
        if is_note_on(event.message):
            notes[event.channel].add(event.track)
        elif event.message.is_cc(SUSTAIN):
            pedals[event.channel].add(event.track)
    pairs = [(tracks, notes[channel]) for channel, tracks in pedals.items() if notes[channel]]
    if not pairs:
        return "no pedal"
    return "pedal on another track" if any(there - tracks for tracks, there in pairs) else "pedal on each track"


class Names:
    """Classifies a difference by the events."""

    def __init__(self, events: list[Event], ours: dict[NoteOn, Ours]) -> None:
        self.onsets: dict[tuple[int, int, int], list[int]] = defaultdict(list)
        self.key_of: dict[NoteOn, tuple[int, int, int]] = {}
        self.last_move = 0
        self.pedaled: set[tuple[int, int]] = set()
        down: dict[tuple[int, int], bool] = {}
        for tick, track, index, message, channel in events:
            note = ours.get((track, index))
            if message.is_cc(SUSTAIN) or message.is_cc(SOSTENUTO):
                is_down = message.value >= PEDAL_DOWN
                if is_down != down.get((channel, message.control), False):
                    self.last_move = max(self.last_move, tick)
                down[channel, message.control] = is_down
            elif is_note_on(message) and note:
                key = (channel, message.note, note.program)
                self.key_of[track, index] = key
                if down.get((channel, SUSTAIN)) or down.get((channel, SOSTENUTO)):
                    self.onsets[key].append(tick)
        releases = (note.release or 0 for note in ours.values())
        self.last_move = max(self.last_move, *releases)

    def reason(self, note_on: NoteOn, note: Ours, plain: int | None, apart: int | None) -> str | None:
        if note.end == plain:
            return "equal"
        if note.release is None:
            return "no note-off"
        if note.end == apart:
            return "overlap"
        later = [tick for tick in self.onsets[self.key_of[note_on]] if tick > note.start]
        if later and note.end == later[0] and (apart is None or note.end < apart):
            return "repeated"
        if apart is None and note.end == self.last_move:
            return "down at end"
        return None


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="+", metavar="FILE")
    parser.add_argument("--soundfont", default="/usr/share/sounds/sf2/TimGM6mb.sf2")
    options = parser.parse_args()
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for path, ours in zip(options.files, ours_of(options.files), strict=True):
        events = events_of(path)
        plain = play(events, options.soundfont, layers=1)
        apart = play(events, options.soundfont, layers=16)
        names = Names(events, ours)
        count = counts[kind_of(events)]
        count["files"] += 1
        for note_on, note in ours.items():
            reason = names.reason(note_on, note, plain[note_on], apart[note_on])
            count["notes"] += 1
            count[reason or "unexplained"] += 1
            if reason is None:
                location = f"track {note_on[0]}, event {note_on[1]}"
                print(f"{path}: {location}: {note}, {plain[note_on]}, {apart[note_on]}", file=sys.stderr)
    columns = ("files", "notes", "equal", *REASONS, "unexplained")
    print("| kind |", " | ".join(columns), "|")
    print("| --- |", " | ".join("---:" for _ in columns), "|")
    for kind, count in sorted(counts.items()):
        print(f"| {kind} |", " | ".join(str(count[column]) for column in columns), "|")
    sys.exit(int(any(count["unexplained"] for count in counts.values())))


if __name__ == "__main__":
    main()
