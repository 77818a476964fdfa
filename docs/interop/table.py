"""Writes the table of docs/interop.md; make.sh runs it with what it needs."""

import json
import logging
import math
import subprocess
import tempfile
import warnings
from collections.abc import Callable
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import Any

from files import CASES, Shown
from readers import (
    read_mido,
    read_miditoolkit,
    read_music21,
    read_note_seq,
    read_pretty_midi,
    read_symusic,
)
from readings import Note, Reading, attempt

Json = dict[str, Any]

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
PAGE = ROOT / "docs" / "interop.md"
BEGIN, END = "<!-- table: begin -->", "<!-- table: end -->"

READERS: dict[str, Callable[[Path], Reading]] = {
    "symusic": read_symusic,
    "pretty_midi": read_pretty_midi,
    "mido": read_mido,
    "miditoolkit": read_miditoolkit,
    "music21": read_music21,
    "note-seq": read_note_seq,
}


class ReaderError(Exception):
    """What a reader in Node threw."""


def of_node(reading: Json) -> Reading:
    if "error" in reading:
        raise ReaderError(reading["error"])
    notes = [note_of_node(note) for note in reading["notes"]]
    return Reading(notes, [(at, value) for at, value in reading["pedal"]], reading["keys"])


def note_of_node(note: Json) -> Note:
    """JSON has null for NaN."""
    start, end = (math.nan if note[name] is None else note[name] for name in ("start", "end"))
    return Note(start, end, note["pitch"], note["velocity"], note["program"])


def row(path: Path, shown: Shown, title: str, node: dict[str, Json]) -> list[str]:
    cells = [title, attempt(lambda: of_node(node["ostinato"]), shown)]
    cells += [attempt(lambda read=read: read(path), shown) for read in READERS.values()]  # type: ignore[misc]
    cells.append(attempt(lambda: of_node(node["tone"]), shown))
    return [cell.replace("|", "\\|").replace("`ReaderError: ", "`") for cell in cells]


def rows(folder: Path) -> list[list[str]]:
    paths = [folder / f"{number:02}.mid" for number in range(len(CASES))]
    for path, case in zip(paths, CASES, strict=True):
        path.write_bytes(case.midi)
    command = ["node", str(HERE / "node-readers.mjs"), *map(str, paths)]
    node = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    return [row(p, c.shown, c.title, n) for p, c, n in zip(paths, CASES, node, strict=True)]


def package_version(path: Path) -> str:
    return str(json.loads((path / "package.json").read_text())["version"])


def markdown(body: list[list[str]]) -> str:
    tone = package_version(ROOT / "node_modules" / "@tonejs" / "midi")
    names = [f"{name} {version(name)}" for name in READERS]
    head = ["file", f"Ostinato {package_version(ROOT)}", *names, f"@tonejs/midi {tone}"]
    table = [head, ["---"] * len(head), *body]
    lines = "\n".join(f"| {' | '.join(cells)} |" for cells in table)
    return f"As of {date.today().isoformat()}.\n\n{lines}"


def main() -> None:
    warnings.simplefilter("ignore")
    logging.disable(logging.CRITICAL)
    with tempfile.TemporaryDirectory() as folder:
        table = markdown(rows(Path(folder)))
    before, rest = PAGE.read_text().split(BEGIN)
    after = rest.split(END)[1]
    PAGE.write_text(f"{before}{BEGIN}\n\n{table}\n\n{END}{after}")
    subprocess.run(["npx", "oxfmt", str(PAGE)], check=True, cwd=ROOT)


if __name__ == "__main__":
    main()
