"""Writes cases.json: the files of cases/ in base64, each with the notes that a reader must find.

    python make_cases.py EXPECTED.json

EXPECTED.json holds for each case `notes` and `played` (with the pedal), as [start, end, pitch, velocity] in seconds, or null.
"""

import base64
import json
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).parent


def midi_of(script: Path) -> bytes:
    """The file that a case's script writes."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "case.mid"
        subprocess.run([sys.executable, "-B", script, out], check=True)
        return out.read_bytes()


def main(expected_path: str) -> None:
    expected = json.loads(Path(expected_path).read_text())
    cases = []
    for script in sorted((HERE / "cases").glob("*.py")):
        facts = expected.get(script.stem)
        if facts is None:
            continue
        midi = base64.b64encode(midi_of(script)).decode()
        cases.append(
            {"name": script.stem, "midi": midi, "notes": facts["notes"], "played": facts["played"]}
        )
    lines = ",\n".join(json.dumps(case) for case in cases)
    (HERE / "cases.json").write_text(f"[\n{lines}\n]\n")


if __name__ == "__main__":
    main(sys.argv[1])
