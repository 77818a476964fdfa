"""Makes encode.json and decode.json: what the code of the Anticipatory Music Transformer computes for the files of midi/.

    git clone https://github.com/jthickstun/anticipation && git -C anticipation checkout af37397
    pip install mido==1.3.3 numpy tqdm
    python make_golden.py anticipation
    python make_golden.py anticipation RUNS     # also cuts generate.json out of RUNS

RUNS is a record of the authors' `generate` on a small random network with argmax in place of sampling. It needs PyTorch, so
it is not made here: generate.json keeps what was given, the sequences, the triples that were drawn, the ids that the network read, the
ids that were allowed, and the positions that top-p kept in short vectors.

Lists of ids are flat: onset, duration, note, onset, … Onsets are absolute except in windows.
"""

import json
import sys
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

HERE = Path(__file__).parent
sys.path.insert(0, sys.argv[1])
from anticipation import convert, ops, tokenize  # noqa: E402
from anticipation.config import DELTA, TIME_RESOLUTION  # noqa: E402
from anticipation.vocab import CONTROL_OFFSET  # noqa: E402

FILES = sorted((HERE / "midi").glob("*.mid"))
EVENTS = {file.name: convert.midi_to_events(str(file)) for file in FILES}
# Seconds between spans of controls, in place of random ones.
DRAWS = [0.37, 1.0, 2.345, 0.0, 4.0, 3.0, 7.0, 0.5, 1.5, 2.5]
TRAINING_DRAWS = [0.37, 1.0, 2.345, 4.0, 3.0, 7.0, 0.5, 1.5, 2.5]


def fixed_draws(draws: list[float]) -> None:
    """Replaces the random lengths between spans of controls; repeats the list when it is used up."""
    rest: list[float] = []

    def exponential(_scale: float) -> float:
        if not rest:
            rest.extend(draws)
        return rest.pop(0)

    np.random.exponential = exponential  # type: ignore[assignment]


def splits(events: list[int]) -> Iterator[dict[str, list[int]]]:
    """Events and controls: some instruments, what lies in five seconds, the authors' spans."""
    controls = [CONTROL_OFFSET + id for id in events]
    triples = [events[i : i + 3] for i in range(0, len(events), 3)]
    instruments = list(ops.get_instruments(events))
    begin = (ops.max_time(events, seconds=False) + 1) // 3
    chosen = []
    if len(instruments) > 1:
        chosen.append(tokenize.extract_instruments(events, instruments[-1:]))
        chosen.append(tokenize.extract_instruments(events, instruments[: len(instruments) // 2]))
    inside = [begin <= onset < begin + DELTA * TIME_RESOLUTION for onset, _, _ in triples]
    chosen.append(
        (
            [id for triple, is_in in zip(triples, inside) if not is_in for id in triple],
            [id for i, is_in in enumerate(inside) if is_in for id in controls[3 * i : 3 * i + 3]],
        )
    )
    fixed_draws(DRAWS)
    chosen.append(tokenize.extract_spans(events, 0.05))
    for given, wanted in chosen:
        padded = ops.pad(given, ops.max_time(events, seconds=False))
        interleaved, left = ops.anticipate(padded, wanted)
        yield {"controls": wanted, "interleaved": interleaved, "left": left}


def training_windows(names: list[str], copies: int) -> dict[str, list[list[int]]]:
    """The windows of a corpus, and the controls of each copy of each piece that is long enough."""
    pieces: list[list[int]] = []
    original = tokenize.ops.anticipate

    def recorded(events: list[int], controls: list[int]) -> Any:
        pieces.append(controls)
        return original(events, controls)

    fixed_draws(TRAINING_DRAWS)
    tokenize.ops.anticipate = recorded
    with tempfile.TemporaryDirectory() as folder:
        inputs = []
        for index, name in enumerate(names):
            compound = convert.midi_to_compound(str(HERE / "midi" / name))
            path = Path(folder) / f"{index}.compound.txt"
            path.write_text(" ".join(map(str, compound)))
            inputs.append(str(path))
        out = Path(folder) / "out.txt"
        tokenize.tokenize(inputs, str(out), copies)
        lines = out.read_text().splitlines()
    tokenize.ops.anticipate = original
    return {"controls": pieces, "windows": [[int(id) for id in line.split()] for line in lines]}


def messages(tokens: list[int]) -> tuple[list[list[list[Any]]], list[int]]:
    """The tracks that are written: messages with absolute ticks; and what is read when they are read again."""
    midi = convert.events_to_midi(tokens)
    tracks = []
    for track in midi.tracks:
        tick = 0
        rows: list[list[Any]] = []
        for message in track:
            tick += message.time
            if message.type == "program_change":
                rows.append([tick, "program", message.channel, message.program])
            elif message.type in ("note_on", "note_off"):
                kind = "on" if message.type == "note_on" else "off"
                rows.append([tick, kind, message.channel, message.note, message.velocity])
        tracks.append(rows)
    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder) / "out.mid")
        midi.save(path)
        return tracks, convert.midi_to_events(path)


def note(instrument: int, pitch: int = 60) -> int:
    return 11_000 + 128 * instrument + pitch


def row_of(instruments: Iterable[int]) -> list[int]:
    """A short note of each instrument, one after the other."""
    return [
        id
        for at, one in enumerate(instruments)
        for id in (10 * at, 10_005, note(one, 36 if one == 128 else 60))
    ]


PIECE = [10, 10_050, 11_060, 10, 10_005, 27_420, 60, 10_050, 11_060]
SEPARATOR = [55_025] * 3
DECODED = {
    "a note repeated without a gap": PIECE,
    "a note inside another of its pitch": [0, 10_200, 11_060, 50, 10_050, 11_060],
    "two pieces": [*PIECE, *SEPARATOR, 0, 10_020, 11_064, 30, 10_020, 11_065],
    "a separator first": [*SEPARATOR, *PIECE],
    "the shortest and the longest duration": [5, 10_000, 11_060, 5, 10_999, 11_061],
    "events that are not in order": [50, 10_010, 11_060, 0, 10_010, 11_701, 20, 10_010, 11_062],
    "10 instruments": row_of(range(1, 11)),
    "15 instruments": row_of(range(1, 16)),
    "15 instruments, then drums": row_of([*range(1, 16), 128]),
    "8 instruments, drums, 2 instruments": row_of([*range(1, 9), 128, 20, 21]),
    "drums, then 9 instruments": row_of([128, *range(1, 10)]),
}


def cut_generate(path: str) -> dict[str, list[Any]]:
    runs = json.loads(Path(path).read_text())
    cases = [
        {
            "name": case["name"],
            "flag": case["flag"],
            "start": case["start_time"],
            "end": case["end_time"],
            "inputs": case["inputs"],
            "controls": case["controls"],
            "before": case["sequence_before_the_first_draw"],
            "sequence": case["sequence"],
            "drawn": case["drawn"],
            "moments": [
                {
                    "length": case["drawn_at"][moment["draw"]],
                    "currentStep": moment["current_time"],
                    "ids": moment["ids"],
                    "allowed": moment["allowed"],
                }
                for moment in case["moments"]
            ],
        }
        for case in runs["cases"]
    ]
    nucleus = [
        {"logits": each["logits"], "topP": each["top_p"], "kept": each["kept"]}
        for each in runs["masks"]["nucleus"]
    ]
    return {"cases": cases, "instruments": runs["masks"]["instruments"], "nucleus": nucleus}


def write(name: str, lists: dict[str, list[Any]]) -> None:
    """One row a line."""
    parts = [
        f'"{key}": [\n' + ",\n".join(json.dumps(row, separators=(",", ":")) for row in rows) + "\n]"
        for key, rows in lists.items()
    ]
    (HERE / name).write_text("{" + ",\n".join(parts) + "}\n")


def main() -> None:
    files = []
    for name, events in EVENTS.items():
        end = ops.max_time(events, seconds=False)
        padded = ops.pad(events)
        more = ops.pad(events, end + 300)[len(padded) :]
        files.append(
            {"file": name, "events": events, "padded": padded, "more": more, "splits": list(splits(events))}
        )
    long = [next(name for name in EVENTS if name.startswith(prefix)) for prefix in ("12", "13", "12", "06")]
    write("encode.json", {"files": files, "training": [training_windows(long, copies) for copies in (1, 2)]})
    cases = []
    for what, tokens in DECODED.items():
        tracks, again = messages(tokens)
        cases.append({"what": what, "tokens": tokens, "tracks": tracks, "readBack": again})
    for name, events in EVENTS.items():
        if not name.startswith("11"):  # 19 instruments cannot be written
            tracks, again = messages(events)
            cases.append({"what": name, "tokens": events, "tracks": tracks, "readBack": again})
    write("decode.json", {"cases": cases})
    if len(sys.argv) > 2:
        write("generate.json", cut_generate(sys.argv[2]))


if __name__ == "__main__":
    main()
