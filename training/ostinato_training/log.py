"""Logs of a run: progress lines, log.csv, loss.png."""

from __future__ import annotations

import csv
import sys
import time
from dataclasses import dataclass
from pathlib import Path

COLUMNS = ("step", "ids", "seconds", "train_loss", "dev_nll", "lr")
PROGRESS_SECONDS = 10.0


def say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


@dataclass(frozen=True)
class Row:
    """One line of log.csv; `dev_nll` only after an evaluation."""

    step: int
    ids: int  # number of targets so far
    seconds: float  # training time, without interruptions
    train_loss: float  # nats per id, mean since the row before
    dev_nll: float | None
    lr: float  # of Muon


class Log:
    """log.csv of a run. Rows after the resumed step are removed: those steps are repeated."""

    def __init__(self, path: Path, from_step: int) -> None:
        self.path = path
        kept = [row for row in read_rows(path) if row.step <= from_step] if path.exists() and from_step > 0 else []
        with path.open("w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerow(COLUMNS)
        for row in kept:
            self.add(row)

    def add(self, row: Row) -> None:
        dev = "" if row.dev_nll is None else f"{row.dev_nll:.5f}"
        with self.path.open("a", newline="", encoding="utf-8") as file:
            csv.writer(file).writerow([row.step, row.ids, f"{row.seconds:.1f}", f"{row.train_loss:.9g}", dev, f"{row.lr:.6g}"])


def read_rows(path: Path) -> list[Row]:
    with path.open(newline="", encoding="utf-8") as file:
        return [
            Row(
                int(cells["step"]),
                int(cells["ids"]),
                float(cells["seconds"]),
                float(cells["train_loss"]),
                float(cells["dev_nll"]) if cells["dev_nll"] else None,
                float(cells["lr"]),
            )
            for cells in csv.DictReader(file)
        ]


class Progress:
    """Prints about every ten seconds: step, loss, learning rate, speed and time."""

    def __init__(self, steps: int, first_ids: int) -> None:
        self.steps, self.printed_ids = steps, first_ids
        self.printed = time.monotonic()
        self.losses: list[float] = []  # since the last line

    def step(self, step: int, ids: int, loss: float, lr: float, elapsed: float) -> None:
        self.losses.append(loss)
        now = time.monotonic()
        if now - self.printed < PROGRESS_SECONDS and step < self.steps:
            return
        speed = (ids - self.printed_ids) / max(now - self.printed, 1e-9)
        mean = sum(self.losses) / len(self.losses)
        say(f"step {step}/{self.steps}  ids {ids:,}  loss {mean:.3f}  lr {lr:.2e}  {speed:,.0f} ids/s  {clock(elapsed)}")
        self.printed, self.printed_ids, self.losses = now, ids, []

    def skip(self, seconds: float) -> None:
        """Excludes the time of evaluation and saving from ids/s."""
        self.printed += seconds


def clock(seconds: float) -> str:
    whole = int(seconds)
    return f"{whole // 3600}:{whole // 60 % 60:02d}:{whole % 60:02d}"


def plot_losses(log: Path, picture: Path) -> bool:
    """Plots log.csv; returns False if matplotlib is not installed."""
    try:
        from matplotlib.figure import Figure
    except ImportError:
        return False
    rows = read_rows(log)
    figure = Figure(figsize=(8, 4.5), layout="constrained")
    axes = figure.subplots()
    axes.plot([row.ids / 1e6 for row in rows], [row.train_loss for row in rows], linewidth=1, label="train (augmented crops)")
    measured = [(row.ids / 1e6, row.dev_nll) for row in rows if row.dev_nll is not None]
    if measured:
        axes.plot([ids for ids, _ in measured], [nll for _, nll in measured], marker="o", markersize=3, label="dev")
    axes.set(xlabel="million ids seen", ylabel="nats per id")
    axes.grid(alpha=0.3)
    axes.legend()
    figure.savefig(picture, dpi=120)
    return True
