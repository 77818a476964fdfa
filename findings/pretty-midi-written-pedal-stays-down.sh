#!/usr/bin/env bash
# pretty_midi 0.2.11.post0 (PyPI): write() puts control changes of one tick in order of their values, so that a pedal pressed
# and released on one tick is released first and stays down.
# Guess: 0 before 127, from the sorting in write(). Right.
# Seen: [0, 127] for 127 and then 0.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
"${PYTHON:-python3}" -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check pretty_midi==0.2.11.post0 setuptools==65.5.0 mido==1.3.3
venv/bin/python - <<'PYTHON'
import warnings

warnings.simplefilter("ignore")
import mido
import pretty_midi

score = pretty_midi.PrettyMIDI()
piano = pretty_midi.Instrument(0)
piano.notes.append(pretty_midi.Note(64, 60, 0, 1))
piano.control_changes += [pretty_midi.ControlChange(64, value, 0.5) for value in (127, 0)]
score.instruments.append(piano)
score.write("a.mid")
seen = [m.value for t in mido.MidiFile("a.mid").tracks for m in t if m.type == "control_change"]
print(seen)
raise SystemExit(seen != [0, 127])
PYTHON
