#!/usr/bin/env bash
# mido 1.3.3 (PyPI): in a file with SMPTE division the time of play is below 0.
# Guess: none; the run was to show which unit mido takes the division for.
# Seen: -0.009 s for 120 ticks at 25 frames of 40 ticks, 0.12 s by the standard.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
"${PYTHON:-python3}" -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check mido==1.3.3
venv/bin/python - <<'PYTHON'
import struct


def track(*events):
    """Events are (delta below 128, bytes)."""
    body = b"".join(bytes([delta]) + data for delta, data in events) + b"\0\xff\x2f\0"
    return b"MTrk" + struct.pack(">I", len(body)) + body


def smf(*tracks, division=96):
    return b"MThd" + struct.pack(">IHHh", 6, int(len(tracks) > 1), len(tracks), division) + b"".join(tracks)


import mido

division = struct.unpack(">h", struct.pack(">bB", -25, 40))[0]
open("a.mid", "wb").write(smf(track((0, b"\x90\x3c\x40"), (120, b"\x80\x3c\x40")), division=division))
length = mido.MidiFile("a.mid").length
print(round(length, 3))
raise SystemExit(not length < 0)
PYTHON
