"""Trains a decoder.

    python -m ostinato_training.train --train DATASET --dev DATASET --out RUN [options]

The run folder receives state.pt (to resume), log.csv, loss.png, checkpoint/ (latest weights) and best/
(weights of the lowest dev NLL so far). SIGTERM and SIGINT save the state and end the run after the current step.
"""

from __future__ import annotations

import math
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch

from .batches import DataCursor
from .checkpoint import load_tensors, read_checkpoint, read_state, resize, write_checkpoint, write_state
from .config import TEXT, DecoderConfig
from .data import Dataset, read_dataset
from .distributed import Group, join_group
from .errors import OptionError, TrainingError
from .evaluate import evaluate, spread_pieces
from .log import Log, Progress, Row, clock, plot_losses, say
from .options import DATA, SHAPE, CommandLine, TrainOptions, flag, read_command_line, saved_options
from .run import Run
from .tokens import read_tokens, tokens_hash


def new_config(options: TrainOptions, dataset: Dataset) -> DecoderConfig:
    vocabulary = dataset.vocabulary
    relative = options.position == "relative"
    return DecoderConfig(
        vocabulary=vocabulary.name,
        vocab_size=vocabulary.size,
        n_layer=options.layers,
        n_embd=options.width,
        n_head=options.heads,
        n_inner=options.inner or 4 * options.width,
        n_positions=options.window,
        position="relative" if relative else "learned",
        max_distance=(options.max_distance or options.window) if relative else 0,
        shared_heads=options.shared_heads,
        start_id=dataset.start_id if vocabulary.name == TEXT else None,
    )


def shape_options(config: DecoderConfig) -> dict[str, Any]:
    """The shape options of a config."""
    return {
        "layers": config.n_layer,
        "width": config.n_embd,
        "heads": config.n_head,
        "inner": config.n_inner,
        "position": config.position,
        "window": config.n_positions,
        "max_distance": config.max_distance,
        "shared_heads": config.shared_heads,
    }


def start_run(line: CommandLine, group: Group) -> Run:
    """Starts a run from random weights or from `--init`."""
    if "init" not in line.given:
        options = line.options({})
        if options.position == "learned" and options.crop < options.window:
            raise OptionError("--length shorter than --window would leave learned positions untrained: use --position relative")
        _refuse_to_overwrite(options, group)
        dataset = read_dataset(Path(options.train))
        return Run(options, new_config(options, dataset), group, dataset)
    source = line.given["init"]
    config, tensors = read_checkpoint(Path(source))
    shape = shape_options(config)
    for name in SHAPE:
        if name not in ("window", "max_distance") and line.given.get(name, shape[name]) != shape[name]:
            raise OptionError(f"{flag(name)} {line.given[name]} contradicts --init {source}, which has {shape[name]}")
    config, tensors = resize(config, tensors, line.given.get("window"), line.given.get("max_distance") or None)
    options = line.options(shape | {"max_distance": config.max_distance})
    options = replace(options, max_distance=config.max_distance)
    _refuse_to_overwrite(options, group)
    dataset = read_dataset(Path(options.train))
    _check_tokens(dataset, options.train, Path(source) / "tokenizer.json")
    run = Run(options, config, group, dataset)
    load_tensors(run.model, tensors, source)
    return run


def _check_tokens(dataset: Dataset, folder: str, tokenizer: Path) -> None:
    """Raises OptionError if the dataset is known to be made with another tokenizer than the one in the checkpoint folder."""
    known = dataset.vocabulary.tokens_hash
    if known is not None and tokenizer.is_file() and tokens_hash(read_tokens(tokenizer)) != known:
        raise OptionError(f"{folder} was made with another tokenizer than {tokenizer}: make it with `ostinato dataset --tokenizer {tokenizer}`")


def resume_run(line: CommandLine, state: dict[str, Any], group: Group) -> Run:
    """Resumes the run in `--out`; options of the command line replace its own."""
    # An option that was added after the run started has its default.
    before: dict[str, Any] = saved_options(TrainOptions(train="", dev="", out="")) | state["options"]
    for name in SHAPE:
        if line.given.get(name, before[name]) != before[name]:
            raise OptionError(f"{flag(name)} cannot change in a run ({before[name]}); start a new one with --init instead")
    options = line.options(before)
    if line.decay_now is not None:
        options = replace(options, steps=state["step"] + line.decay_now, decay=line.decay_now)
    dataset = read_dataset(Path(options.train))
    run = Run(options, DecoderConfig.from_json(state["config"], "state.pt"), group, dataset)
    run.load(state)
    changed = [flag(name) for name in DATA if getattr(options, name) != before[name]]
    if state["world"] != group.world:
        changed.append("the number of processes")
    if changed:
        run.training_state.cursor = DataCursor(phase=run.training_state.cursor.phase + 1)
        if group.writes:
            say(f"{', '.join(changed)} changed: the data starts a new epoch in a new order (phase {run.training_state.cursor.phase})")
    return run


def _state_to_resume(line: CommandLine) -> dict[str, Any]:
    if "out" not in line.given:
        raise OptionError("--out is required: the folder of the run to resume")
    return read_state(Path(line.given["out"]) / "state.pt")


def _refuse_to_overwrite(options: TrainOptions, group: Group) -> None:
    if (Path(options.out) / "state.pt").exists():
        raise OptionError(f"{options.out} already holds a run: continue it with --resume, or choose another --out")


def train(run: Run) -> None:
    """Trains until the end or a signal; evaluates, saves and reports at intervals."""
    options, state, group = run.options, run.training_state, run.group
    out = Path(options.out)
    dev = read_dataset(Path(options.dev))
    log = _open_run_folder(run) if group.writes else None
    progress = Progress(options.steps, state.ids)
    stop_wanted = _catch_signals()
    began = time.monotonic() - state.seconds
    batches = run.batches()
    rate, loss, stopping, saved = 0.0, 0.0, False, False
    while state.step < options.steps and not stopping:
        rate = options.lr_muon * run.factor()
        loss, stopping = run.step([next(batches) for _ in range(options.accumulate)], stop_wanted())
        if not math.isfinite(loss):
            raise TrainingError(f"the loss became {loss} at step {state.step}; state.pt is the last one saved: lower the learning rates")
        state.loss_sum += loss
        state.loss_steps += 1
        state.seconds = time.monotonic() - began
        if group.writes:
            progress.step(state.step, state.ids, loss, rate, state.seconds)

        paused = time.monotonic()
        last = state.step == options.steps
        dev_nll = _evaluate(run, dev) if last or state.step % options.eval_every == 0 else None
        if log is not None and (dev_nll is not None or state.step % options.log_every == 0):
            mean = state.loss_sum / state.loss_steps
            log.add(Row(state.step, state.ids, state.seconds, mean, dev_nll, rate))
        if dev_nll is not None or state.step % options.log_every == 0:
            state.loss_sum, state.loss_steps = 0.0, 0
        if dev_nll is not None and dev_nll < state.best_nll:
            state.best_nll = dev_nll
            if group.writes:
                write_checkpoint(out / "best", run.config, run.result.state_dict(), torch.float32)
        if dev_nll is not None and group.writes:
            say(f"step {state.step}  dev {dev_nll:.4f} nats per id (best {state.best_nll:.4f})")
            plot_losses(out / "log.csv", out / "loss.png")
        saved = last or stopping or state.step % options.save_every == 0
        if saved and group.writes:
            _save(run, out)
        progress.skip(time.monotonic() - paused)
    if group.writes:
        if not saved:
            _save(run, out)
        end = "stopped" if state.step < options.steps else "finished"
        say(f"{end} at step {state.step} after {clock(state.seconds)}; state and checkpoint are in {out}")
    group.wait()


def _open_run_folder(run: Run) -> Log:
    out = Path(run.options.out)
    out.mkdir(parents=True, exist_ok=True)
    count = sum(parameter.numel() for parameter in run.parameters)
    precision = "bf16" if run.precision == torch.bfloat16 else "fp32"
    say(
        f"{count:,} parameters, {run.config.position} positions, window {run.config.n_positions}; "
        f"{run.group.world} × {run.options.accumulate} × {run.options.batch} blocks of {run.options.crop} ids a step; {run.group.device}, {precision}"
    )
    say(f"{len(run.dataset.paths)} pieces, {len(run.dataset.ids):,} ids; from step {run.training_state.step} to {run.options.steps}")
    try:
        import matplotlib  # noqa: F401
    except ImportError:
        say("matplotlib is not installed, so loss.png will not be drawn (log.csv will be written)")
    return Log(out / "log.csv", run.training_state.step)


def _evaluate(run: Run, dev: Dataset) -> float:
    """NLL of the dev pieces, distributed over the processes."""
    pieces = spread_pieces(dev, run.options.eval_pieces)
    score = evaluate(run.result, dev, pieces[run.group.rank :: run.group.world], run.options.eval_window or None)
    nats, ids = run.group.sum([score.nats, float(score.ids)])
    return nats / ids


def _save(run: Run, out: Path) -> None:
    write_state(out / "state.pt", run.state())
    write_checkpoint(out / "checkpoint", run.config, run.result.state_dict(), torch.float32)


def _catch_signals() -> Callable[[], bool]:
    """Returns a function that is True after SIGTERM or SIGINT; a second signal ends the process at once."""
    caught: list[int] = []

    def note(number: int, _frame: object) -> None:
        caught.append(number)
        signal.signal(number, signal.SIG_DFL)

    signal.signal(signal.SIGTERM, note)
    signal.signal(signal.SIGINT, note)
    return lambda: bool(caught)


def main(arguments: list[str] | None = None) -> int:
    try:
        line = read_command_line(arguments)
        state = _state_to_resume(line) if line.resume else None
        machine = ({} if state is None else state["options"]) | line.given  # the run's own threads and device are the default
        if machine.get("threads", 0) > 0:
            torch.set_num_threads(machine["threads"])
        group = join_group(machine.get("device", "auto"))
        torch.backends.cuda.matmul.allow_tf32 = True
        try:
            train(start_run(line, group) if state is None else resume_run(line, state, group))
        finally:
            group.close()
    except TrainingError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
