"""Repeats the comparison of the Music Transformer paper: learned positions, relative attention, and an LSTM.

All have about the same number of parameters and see the same ids in the same order. Each has its own search over
learning rates; the best run on `--dev` is repeated with a second seed. `--rates` names the runs instead, for a longer
comparison with the rates that won a shorter one. Measured on `--valid`: NLL by the protocol, and
NLL by position in the piece, in windows. Past the first window, learned positions restart with the last half window,
relative attention has a rolling KV cache, and an LSTM keeps its state.

    python -m ostinato_training.architectures --train data/train --dev data/dev --valid data/valid --out compared --ids 2000000

Every finished run is written to `runs.json` at once; a later call runs only the missing ones.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from .augment import Augmenter
from .batches import BatchStream, DataCursor, prefetch
from .config import DecoderConfig
from .data import IGNORED, Dataset, read_dataset
from .errors import OptionError, TrainingError
from .evaluate import ROLLING_MULTIPLES, Block, Nats, cut_blocks, score_blocks, scored_ids, spread_pieces
from .lstm import Lstm, width_for
from .model import Decoder
from .optimizer import Optimizer, OptimizerOptions
from .schedule import learning_rate_factor
from .run import CLIP, choose_precision

# By architecture: (learning rate of Muon, of AdamW). An LSTM has no block matrices, so AdamW updates all weights.
RATES: dict[str, tuple[tuple[float, float], ...]] = {
    "learned": ((0.01, 1.5e-3), (0.02, 3e-3), (0.04, 6e-3)),
    "relative": ((0.01, 1.5e-3), (0.02, 3e-3), (0.04, 6e-3), (0.08, 1.2e-2)),
    "lstm": ((0.0, 3e-3), (0.0, 1e-2), (0.0, 3e-2)),
}
WARMUP = 100  # steps
DECAY = 0.5  # of all steps, at the end


@dataclass(frozen=True)
class Plan:
    """Settings common to all architectures."""

    ids: int
    layers: int
    width: int
    heads: int
    window: int
    batch: int
    dev_pieces: int
    valid_pieces: int
    measure_every: int  # ids; 0: only at the end

    def config(self, position: str, dataset: Dataset) -> DecoderConfig:
        relative = position == "relative"
        vocabulary = dataset.vocabulary
        return DecoderConfig(
            vocabulary=vocabulary.name,
            vocab_size=vocabulary.size,
            n_layer=self.layers,
            n_embd=self.width,
            n_head=self.heads,
            n_inner=4 * self.width,
            n_positions=self.window,
            position="relative" if relative else "learned",
            max_distance=self.window if relative else 0,
        )


@dataclass(frozen=True)
class Result:
    architecture: str
    lr_muon: float
    lr_adam: float
    seed: int
    parameters: int
    ids: int
    seconds: float
    dev: float  # nats per id
    valid: float  # nats per id
    by_windows: dict[str, float]  # of valid, by windows into the piece
    dev_by_ids: dict[str, float]  # on the way, by ids seen


def build(architecture: str, plan: Plan, dataset: Dataset) -> nn.Module:
    """The model of an architecture. The other widths are chosen to match the number of parameters of relative attention."""
    relative = Decoder(plan.config("relative", dataset))
    wanted = count(relative)
    if architecture == "relative":
        return relative
    if architecture == "lstm":
        return Lstm(dataset.vocabulary.size, width_for(dataset.vocabulary.size, wanted))
    widths = range(plan.width, 2 * plan.width, plan.heads)
    models = (Decoder(replace(plan, width=width).config("learned", dataset)) for width in widths)
    best: nn.Module = next(models)
    for model in models:
        if abs(count(model) - wanted) > abs(count(best) - wanted):
            break
        best = model
    return best


def count(model: nn.Module) -> int:
    return sum(parameter.numel() for parameter in model.parameters())


@dataclass(frozen=True)
class Trained:
    model: nn.Module
    ids: int
    seconds: float  # with the measurements on the way
    dev_by_ids: dict[str, float]


def train_one(architecture: str, rates: tuple[float, float], seed: int, plan: Plan, train: Dataset, dev: Dataset) -> Trained:
    torch.manual_seed(seed)
    model = build(architecture, plan, train)
    cpu = torch.device("cpu")
    # PyTorch's LSTM gains nothing from bf16 here.
    precision = torch.float32 if architecture == "lstm" else choose_precision("auto", cpu)
    optimizer = Optimizer(model, OptimizerOptions(*rates), precision)
    parameters = list(model.parameters())
    augmenter = Augmenter.of(train.vocabulary)
    batches = prefetch(iter(BatchStream(train, plan.window, plan.batch, seed, augmenter, DataCursor())))
    per_step = plan.window * plan.batch
    steps = max(1, plan.ids // per_step)
    measured: dict[str, float] = {}
    began = time.monotonic()
    for step in range(steps):
        batch = next(batches)
        with torch.autocast("cpu", torch.bfloat16, enabled=precision == torch.bfloat16):
            logits = model(torch.from_numpy(batch.inputs))
        loss = F.cross_entropy(logits.float().flatten(0, 1), torch.from_numpy(batch.targets).flatten(), ignore_index=IGNORED)
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(parameters, CLIP)
        optimizer.step(learning_rate_factor(step, steps, min(WARMUP, steps), int(DECAY * steps)))
        optimizer.zero_grad()
        if step % 20 == 19 or step == steps - 1:
            rate = (step + 1) * per_step / (time.monotonic() - began)
            print(f"\r{architecture} {rates} seed {seed}: step {step + 1}/{steps}  loss {loss.item():.3f}  {rate:,.0f} ids/s", end="", file=sys.stderr)
        seen = (step + 1) * per_step
        if plan.measure_every > 0 and seen // plan.measure_every > step * per_step // plan.measure_every:
            measured[str(seen)] = nll(model, dev, spread_pieces(dev, plan.dev_pieces), plan.window)
            print(f"  dev {measured[str(seen)]:.3f} after {seen:,} ids", file=sys.stderr)
    print(file=sys.stderr)
    return Trained(model, steps * per_step, time.monotonic() - began, measured)


def nll(model: nn.Module, dataset: Dataset, pieces: list[int], window: int) -> float:
    """NLL by the protocol, in nats per id."""
    nats = [values for piece in pieces for values in score_blocks(model, list(cut_blocks(scored_ids(dataset, piece), window)))]
    return float(np.concatenate(nats).mean())


def nll_by_windows(architecture: str, model: nn.Module, dataset: Dataset, pieces: list[int], window: int) -> dict[str, float]:
    """Nats per id between half of and the whole of each multiple of the window into the piece (1: in the first window)."""
    by_piece: list[Nats] = []
    for piece in pieces:
        ids = scored_ids(dataset, piece)[: max(ROLLING_MULTIPLES) * window + 1]
        blocks = list(cut_blocks(ids, window)) if architecture == "learned" else [Block(ids[:-1], ids[1:], 0)]
        by_piece.append(np.concatenate(score_blocks(model, blocks)))
    spans = {multiple: slice(multiple * window // 2 if multiple > 1 else 0, multiple * window) for multiple in ROLLING_MULTIPLES}
    parts = {str(multiple): np.concatenate([nats[span] for nats in by_piece]) for multiple, span in spans.items()}
    return {multiple: float(part.mean()) for multiple, part in parts.items() if len(part) > 0}


Rates = tuple[float, float]


def compare(plan: Plan, train: Dataset, dev: Dataset, valid: Dataset, out: Path, chosen: list[tuple[str, Rates]]) -> Iterator[Result]:
    """The chosen runs, or all if none is chosen; those of `runs.json` first. Each new run is appended to the file."""
    path = out / "runs.json"
    content: dict[str, Any] = json.loads(path.read_text()) if path.exists() else {"plan": asdict(plan), "runs": []}
    if content["plan"] != asdict(plan):
        raise OptionError(f"{path} contains runs with other options: {content['plan']}; choose another --out")
    done = {(run["architecture"], run["lr_muon"], run["lr_adam"], run["seed"]): Result(**run) for run in content["runs"]}

    def run(architecture: str, rates: Rates, seed: int) -> Result:
        key = (architecture, *rates, seed)
        if key not in done:
            trained = train_one(architecture, rates, seed, plan, train, dev)
            model = trained.model
            dev_pieces, valid_pieces = spread_pieces(dev, plan.dev_pieces), spread_pieces(valid, plan.valid_pieces)
            done[key] = Result(
                architecture,
                *rates,
                seed=seed,
                parameters=count(model),
                ids=trained.ids,
                seconds=round(trained.seconds, 1),
                dev=nll(model, dev, dev_pieces, plan.window),
                valid=nll(model, valid, valid_pieces, plan.window),
                by_windows=nll_by_windows(architecture, model, valid, valid_pieces, plan.window),
                dev_by_ids=trained.dev_by_ids,
            )
            partial = path.with_suffix(".partial")
            partial.write_text(json.dumps({"plan": asdict(plan), "runs": [asdict(result) for result in done.values()]}, indent=1) + "\n")
            partial.replace(path)
        return done[key]

    if chosen:
        yield from (run(architecture, rates, 0) for architecture, rates in chosen)
        return
    for architecture, candidates in RATES.items():
        results = [run(architecture, rates, 0) for rates in candidates]
        best = min(results, key=lambda result: result.dev)
        yield from results
        yield run(architecture, (best.lr_muon, best.lr_adam), 1)


def table(results: list[Result]) -> str:
    """A Markdown table with one row per run. The chosen learning rates have two seeds."""
    windows = [str(multiple) for multiple in ROLLING_MULTIPLES]
    head = ["architecture", "Muon", "AdamW", "seed", "parameters", "ids seen", "dev", "valid", *(f"valid at {multiple}×" for multiple in windows)]
    rows = [head, ["---"] * len(head)]
    for result in results:
        spans = [f"{result.by_windows[multiple]:.3f}" if multiple in result.by_windows else "" for multiple in windows]
        figures = [f"{result.parameters:,}", f"{result.ids:,}", f"{result.dev:.3f}", f"{result.valid:.3f}"]
        rows.append([result.architecture, f"{result.lr_muon:g}", f"{result.lr_adam:g}", str(result.seed), *figures, *spans])
    return markdown(rows)


def measured_on_the_way(results: list[Result]) -> str:
    """A Markdown table of `dev` with one row per run and one column per number of ids seen."""
    ids = sorted({int(ids) for result in results for ids in result.dev_by_ids})
    head = ["ids seen", *(f"{number:,}" for number in ids)]
    rows = [head, ["---"] * len(head)]
    for result in results:
        figures = [f"{result.dev_by_ids[str(number)]:.3f}" if str(number) in result.dev_by_ids else "" for number in ids]
        rows.append([f"{result.architecture}, {result.lr_muon:g} / {result.lr_adam:g}", *figures])
    return markdown(rows)


def markdown(rows: list[list[str]]) -> str:
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def chosen_rates(text: str) -> tuple[str, Rates]:
    """`relative=0.04/0.006`: an architecture, and its learning rates of Muon and AdamW."""
    architecture, _, rates = text.partition("=")
    muon, _, adam = rates.partition("/")
    if architecture not in RATES:
        raise argparse.ArgumentTypeError(f"no architecture {architecture!r}; one of {', '.join(RATES)}")
    try:
        return architecture, (float(muon), float(adam))
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} has no two learning rates; write {architecture}=0.04/0.006") from None


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m ostinato_training.architectures", description="Learned positions, relative attention and an LSTM, side by side.")
    for name, what in (("train", "dataset folder to learn from"), ("dev", "dataset folder that chooses"), ("valid", "dataset folder to report")):
        parser.add_argument(f"--{name}", type=Path, required=True, help=what)
    parser.add_argument("--out", type=Path, required=True, help="folder for runs.json")
    parser.add_argument("--ids", type=int, required=True, help="ids that each run sees")
    parser.add_argument("--layers", type=int, default=4, help="blocks of the decoders (default 4)")
    parser.add_argument("--width", type=int, default=192, help="width of the relative decoder (default 192)")
    parser.add_argument("--heads", type=int, default=4, help="attention heads (default 4)")
    parser.add_argument("--window", type=int, default=256, help="ids in a block, in training and in the protocol (default 256)")
    parser.add_argument("--batch", type=int, default=16, help="blocks in a step (default 16)")
    parser.add_argument("--dev-pieces", type=int, default=0, help="number of pieces of dev, evenly spaced (0: all)")
    parser.add_argument("--valid-pieces", type=int, default=0, help="number of pieces of valid, evenly spaced (0: all)")
    parser.add_argument("--rates", type=chosen_rates, action="append", default=[], metavar="ARCHITECTURE=MUON/ADAMW", help="only this run, such as relative=0.04/0.006; may be repeated (default: the search)")
    parser.add_argument("--measure-every", type=int, default=0, metavar="IDS", help="also measure dev whenever so many ids were seen")
    parser.add_argument("--threads", type=int, help="CPU threads (default: PyTorch's)")
    options = parser.parse_args(arguments)
    if options.threads is not None:
        torch.set_num_threads(options.threads)
    shape = (options.layers, options.width, options.heads, options.window, options.batch)
    plan = Plan(options.ids, *shape, options.dev_pieces, options.valid_pieces, options.measure_every)
    try:
        train, dev, valid = (read_dataset(folder) for folder in (options.train, options.dev, options.valid))
        options.out.mkdir(parents=True, exist_ok=True)
        results = list(compare(plan, train, dev, valid, options.out, options.rates))
        print(table(results))
        if plan.measure_every > 0:
            print(f"\n{measured_on_the_way(results)}")
    except TrainingError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
