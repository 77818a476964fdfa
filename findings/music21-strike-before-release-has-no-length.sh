#!/usr/bin/env bash
# music21 10.5.1 (PyPI): where the next strike of a key comes before the release on the same tick, its note has length 0.
# Guess: none of a lost release; the run was to show which strike the first release ends.
# Seen: [(0.0, 1.0), (1.0, 0.0)]; the release a quarter note later goes nowhere.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
"${PYTHON:-python3}" -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check music21==10.5.1
venv/bin/python - <<'PYTHON'
import struct


def track(*events):
    """Events are (delta below 128, bytes)."""
    body = b"".join(bytes([delta]) + data for delta, data in events) + b"\0\xff\x2f\0"
    return b"MTrk" + struct.pack(">I", len(body)) + body


def smf(*tracks, division=96):
    return b"MThd" + struct.pack(">IHHh", 6, int(len(tracks) > 1), len(tracks), division) + b"".join(tracks)


import music21

on, off = b"\x90\x3c\x40", b"\x80\x3c\x40"
open("a.mid", "wb").write(smf(track((0, on), (96, on), (0, off), (96, off))))
score = music21.converter.parse("a.mid", forceSource=True)
notes = score.recurse().notes
seen = sorted((float(n.getOffsetInHierarchy(score)), float(n.quarterLength)) for n in notes)
print(seen)
raise SystemExit(seen != [(0.0, 1.0), (1.0, 0.0)])
PYTHON
