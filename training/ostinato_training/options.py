"""The options of a training run: one dataclass, its command line, and the inheritance of a resumed run.

An option that is not given takes, in this order: the value of the run being resumed, the value of the
checkpoint being fine-tuned (shape only), the default.
"""

from __future__ import annotations

import argparse
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from .errors import OptionError

# Options that define the weights; they cannot change within a run.
SHAPE = ("layers", "width", "heads", "inner", "position", "window", "max_distance", "shared_heads")
# Options that change the order of the data; changing them in a resumed run starts a new phase.
DATA = ("train", "length", "batch", "accumulate", "seed", "augment", "transpose", "stretch", "loudness", "noise", "sinks")


@dataclass(frozen=True)
class TrainOptions:
    train: str  # dataset folder
    dev: str  # dataset folder
    out: str  # run folder
    layers: int = 6
    width: int = 256
    heads: int = 4
    inner: int = 0  # 0: four times the width
    position: str = "relative"
    window: int = 512
    max_distance: int = 0  # 0: the window (relative only)
    shared_heads: bool = False
    length: int = 0  # 0: the window
    batch: int = 16
    accumulate: int = 1
    steps: int = 10_000
    warmup: int = 100
    decay: int = 0
    lr_muon: float = 0.02
    lr_adam: float = 3e-3
    weight_decay: float = 0.01
    dropout: float = 0.0
    average: int = 0
    augment: bool = True
    transpose: int = 3
    stretch: float = 0.05
    loudness: int = 0
    noise: float = 0.0
    sinks: float = 0.0
    seed: int = 0
    init: str | None = None
    eval_every: int = 500
    eval_pieces: int = 8
    eval_window: int = 0  # 0: the window
    save_every: int = 500
    log_every: int = 50
    precision: str = "auto"
    device: str = "auto"
    threads: int = 0  # 0: PyTorch's choice
    compile: bool = False

    def check(self) -> None:
        """Raises OptionError for invalid values."""
        positive = ("layers", "width", "heads", "window", "batch", "accumulate", "steps", "eval_every", "save_every", "log_every")
        for name in positive:
            if getattr(self, name) < 1:
                raise OptionError(f"{flag(name)} must be at least 1, got {getattr(self, name)}")
        for name in ("inner", "max_distance", "length", "warmup", "decay", "lr_muon", "lr_adam", "weight_decay", "average", "transpose", "loudness", "seed", "eval_pieces", "eval_window", "threads"):
            if getattr(self, name) < 0:
                raise OptionError(f"{flag(name)} must not be negative, got {getattr(self, name)}")
        if not 0 <= self.stretch <= 0.5:
            raise OptionError(f"--stretch must be within [0, 0.5], got {self.stretch}")
        if not 0 <= self.noise <= 1:
            raise OptionError(f"--noise must be within [0, 1], got {self.noise}")
        if not 0 <= self.sinks <= 1:
            raise OptionError(f"--sinks must be within [0, 1], got {self.sinks}")
        if self.sinks and (self.position != "relative" or self.crop != self.window):
            raise OptionError("--sinks needs --position relative and blocks as long as the window: omit --length")
        if not 0 <= self.dropout < 1:
            raise OptionError(f"--dropout must be within [0, 1), got {self.dropout}")
        if self.length > self.window and self.position == "learned":
            raise OptionError(f"--length {self.length} is longer than --window {self.window}, and learned positions end there")
        if self.eval_window > self.window or self.eval_window == 1:
            raise OptionError(f"--eval-window must be within 2 … --window ({self.window}), got {self.eval_window}")
        if self.position == "learned" and (self.max_distance or self.shared_heads):
            raise OptionError("--max-distance and --shared-heads belong to --position relative")
        if self.decay > self.steps:
            raise OptionError(f"--decay {self.decay} is longer than the run of --steps {self.steps}")

    @property
    def crop(self) -> int:
        """Inputs of one training block."""
        return self.length or self.window


@dataclass(frozen=True)
class CommandLine:
    given: dict[str, Any]  # options named on the command line
    resume: bool
    decay_now: int | None

    def options(self, inherited: dict[str, Any]) -> TrainOptions:
        """Fills missing options from `inherited`, then from the defaults."""
        merged = inherited | self.given
        for name in ("train", "dev", "out"):
            if name not in merged:
                raise OptionError(f"{flag(name)} is required")
        options = TrainOptions(**merged)
        options.check()
        return options


def flag(name: str) -> str:
    return "--" + name.replace("_", "-")


def saved_options(options: TrainOptions) -> dict[str, Any]:
    return asdict(options)


def read_command_line(arguments: list[str] | None = None) -> CommandLine:
    """Parses the command line; argparse prints usage and exits on unknown options."""
    defaults = {field.name: field.default for field in fields(TrainOptions)}
    parser = argparse.ArgumentParser(
        prog="python -m ostinato_training.train", description="Trains a decoder.", argument_default=argparse.SUPPRESS
    )

    def add(name: str, help: str, **kind: Any) -> None:
        default = defaults[name]
        parser.add_argument(flag(name), help=f"{help} (default {default})" if isinstance(default, (int, float, str)) else help, **kind)

    switch = argparse.BooleanOptionalAction
    add("train", "dataset folder to learn from", type=_folder)
    add("dev", "dataset folder to measure NLL on", type=_folder)
    add("out", "run folder: state.pt, log.csv, loss.png, checkpoint/, best/", type=_folder)
    add("layers", "blocks", type=int)
    add("width", "residual width", type=int)
    add("heads", "attention heads", type=int)
    add("inner", "feed-forward width; 0: 4 × width", type=int)
    add("position", "kind of positions", choices=("learned", "relative"))
    add("window", "ids that attention may see", type=int)
    add("max_distance", "learned relative distances; 0: the window", type=int)
    add("shared_heads", "one relative table for all heads", action=switch)
    add("length", "inputs of a training block; 0: the window. Longer than the window, each id still sees only its window", type=int)
    add("batch", "blocks in a forward pass of one process", type=int)
    add("accumulate", "forward passes in one step", type=int)
    add("steps", "optimizer steps in all", type=int)
    add("warmup", "first steps with rising learning rates", type=int)
    add("decay", "last steps, with learning rates falling to 0", type=int)
    add("lr_muon", "learning rate of the blocks' matrices", type=float)
    add("lr_adam", "learning rate of all else", type=float)
    add("weight_decay", "of the blocks' matrices, times their learning rate", type=float)
    add("dropout", "on embeddings, attention and block outputs", type=float)
    add("average", "evaluate and keep the mean of the weights of about so many last steps; 0: the weights of the last one", type=int)
    add("augment", "transpose, stretch and change the loudness", action=switch)
    add("transpose", "with --augment: up to so many semitones up and down", type=int)
    add("stretch", "with --augment: five tempi, durations changed by up to this share", type=float)
    add("loudness", "with --augment: up to so many velocity bins louder and softer", type=int)
    add("noise", "share of the blocks whose inputs are corrupted; their targets are not", type=float)
    add("sinks", "share of the blocks that follow an attention sink, as when generation has filled its window", type=float)
    add("seed", "of initial weights, data order and dropout", type=int)
    add("init", "checkpoint folder to start from", type=_folder)
    add("eval_every", "steps between evaluations on --dev", type=int)
    add("eval_pieces", "pieces of --dev to evaluate, evenly spaced; 0: all", type=int)
    add("eval_window", "block of the evaluation; 0: the window", type=int)
    add("save_every", "steps between saved states", type=int)
    add("log_every", "steps between rows of log.csv", type=int)
    add("precision", "auto: bf16 on CUDA and on CPUs with AVX-512 BF16", choices=("auto", "fp32", "bf16"))
    add("device", "auto, cpu, cuda, …", type=str)
    add("threads", "CPU threads; 0: PyTorch's choice", type=int)
    add("compile", "compile the model with torch.compile", action=switch)
    parser.add_argument("--resume", action="store_true", default=False, help="continue the run in --out; other options keep their values")
    parser.add_argument("--decay-now", type=int, default=None, metavar="N", help="with --resume: decay to 0 over N more steps, then end")
    given = vars(parser.parse_args(arguments))
    resume, decay_now = given.pop("resume"), given.pop("decay_now")
    if decay_now is not None and not resume:
        raise OptionError("--decay-now needs --resume: add it")
    if decay_now is not None and decay_now < 1:
        raise OptionError(f"--decay-now must be at least 1, got {decay_now}")
    if decay_now is not None and ({"steps", "decay"} & given.keys()):
        raise OptionError("--decay-now sets --steps and --decay itself: omit them")
    if resume and "init" in given:
        raise OptionError("--init starts a run and --resume continues one: use one of them")
    return CommandLine(given, resume, decay_now)


def _folder(text: str) -> str:
    return str(Path(text))
