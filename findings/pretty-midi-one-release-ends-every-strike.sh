#!/usr/bin/env bash
# pretty_midi 0.2.11.post0 (PyPI): one release of a key ends all strikes of it that are open.
# Guess: all open strikes end at the first release. Right.
# Seen: [(0.0, 1.0), (0.5, 1.0)]; the release at 1.5 s goes nowhere.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
"${PYTHON:-python3}" -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check pretty_midi==0.2.11.post0 setuptools==65.5.0
venv/bin/python - <<'PYTHON'
import struct


def track(*events):
    """Events are (delta below 128, bytes)."""
    body = b"".join(bytes([delta]) + data for delta, data in events) + b"\0\xff\x2f\0"
    return b"MTrk" + struct.pack(">I", len(body)) + body


def smf(*tracks, division=96):
    return b"MThd" + struct.pack(">IHHh", 6, int(len(tracks) > 1), len(tracks), division) + b"".join(tracks)


import warnings

warnings.simplefilter("ignore")
import pretty_midi

on, off = b"\x90\x3c\x40", b"\x80\x3c\x40"
open("a.mid", "wb").write(smf(track((0, on), (96, on), (96, off), (96, off))))
notes = [n for i in pretty_midi.PrettyMIDI("a.mid").instruments for n in i.notes]
seen = sorted((round(float(n.start), 3), round(float(n.end), 3)) for n in notes)
print(seen)
raise SystemExit(seen != [(0.0, 1.0), (0.5, 1.0)])
PYTHON
