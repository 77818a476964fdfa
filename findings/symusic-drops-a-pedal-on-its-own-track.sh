#!/usr/bin/env bash
# symusic 0.6.0 (PyPI): a track of control changes alone is dropped, and the pedal for the notes of another track with it.
# Guess: none of a dropped pedal; the run was to show whose pedal it becomes.
# Seen: 1 track, 0 control changes, 0 pedals.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
"${PYTHON:-python3}" -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check symusic==0.6.0
venv/bin/python - <<'PYTHON'
import struct


def track(*events):
    """Events are (delta below 128, bytes)."""
    body = b"".join(bytes([delta]) + data for delta, data in events) + b"\0\xff\x2f\0"
    return b"MTrk" + struct.pack(">I", len(body)) + body


def smf(*tracks, division=96):
    return b"MThd" + struct.pack(">IHHh", 6, int(len(tracks) > 1), len(tracks), division) + b"".join(tracks)


import symusic

notes = track((0, b"\x90\x3c\x40"), (96, b"\x80\x3c\x40"))
pedal = track((0, b"\xb0\x40\x7f"), (96, b"\xb0\x40\x00"))
open("a.mid", "wb").write(smf(notes, pedal))
score = symusic.Score("a.mid")
seen = len(score.tracks), sum(len(t.controls) for t in score.tracks), sum(len(t.pedals) for t in score.tracks)
print(seen)
raise SystemExit(seen != (1, 0, 0))
PYTHON
