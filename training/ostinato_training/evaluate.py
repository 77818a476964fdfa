"""NLL by the protocol of all results of the project.

Each piece is scored alone: START, then its ids in blocks of the model's window that overlap by half. Every
id is scored once; after the first block, with at least half a window of context. END is not scored.
Of pairs, only the target is scored, with the END behind it.
Softmax over the whole vocabulary, float32, no grammar mask, no augmentation.

    python -m ostinato_training.evaluate CHECKPOINT DATASET [--pieces N] [--rolling] [--json]
"""

from __future__ import annotations

import argparse
import json
import math
import sys
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn
from torch.nn import functional as F

from .checkpoint import read_model
from .data import IGNORED, Dataset, Ids, read_dataset
from .errors import OptionError, TrainingError
from .model import Decoder

IDS_AT_ONCE = 8192  # inputs of one forward pass, unless a single block is longer; bounds the memory
ROLLING_MULTIPLES = (1, 2, 4, 8)  # windows

Nats = NDArray[np.float64]


@dataclass(frozen=True)
class Score:
    nats: float
    ids: int

    @property
    def per_id(self) -> float:
        return self.nats / self.ids


@dataclass(frozen=True)
class Block:
    """A block of one piece. Only the targets from `first` on are scored."""

    inputs: Ids  # [T]
    targets: Ids  # [T]
    first: int


@dataclass(frozen=True)
class RollingScore:
    """Ids between half of and the whole of `multiple` windows into their piece (1: in the first window)."""

    multiple: int
    ids: int
    rolling: float  # nats per id through a rolling KV cache
    blocks: float  # nats per id by the protocol


def evaluate(model: Decoder, dataset: Dataset, pieces: Iterable[int], window: int | None = None) -> Score:
    """Scores some pieces with a model.

    window  ids in a block, at most the model's own (the default). A smaller one measures a model that was
            trained on shorter crops at their length.
    """
    window = model.config.n_positions if window is None else window
    if not 2 <= window <= model.config.n_positions:
        raise OptionError(f"the evaluation window must be within 2 … {model.config.n_positions}, got {window}")
    if dataset.vocabulary.size != model.config.vocab_size:
        raise OptionError(f"the dataset has {dataset.vocabulary.size} ids, the model {model.config.vocab_size}")
    blocks = [block for piece in pieces for block in cut_blocks(scored_ids(dataset, piece), window, dataset.first_target(piece))]
    nats = score_blocks(model, blocks)
    return Score(float(sum(values.sum() for values in nats)), sum(len(values) for values in nats))


def score_blocks(model: nn.Module, blocks: list[Block]) -> list[Nats]:
    """The nats of every scored target of every block.  # [T − first] each"""
    device = next(model.parameters()).device
    nats: list[Nats] = [np.empty(0)] * len(blocks)
    order = sorted(range(len(blocks)), key=lambda index: len(blocks[index].inputs), reverse=True)  # minimizes padding
    was_training, tf32 = model.training, torch.backends.cuda.matmul.allow_tf32
    model.eval()
    torch.backends.cuda.matmul.allow_tf32 = False
    with torch.inference_mode():
        while order:
            count = max(1, IDS_AT_ONCE // len(blocks[order[0]].inputs))
            together, order = order[:count], order[count:]
            inputs, targets = _pad([blocks[index] for index in together])
            logits = model(torch.from_numpy(inputs).to(device))  # [B, T, V]
            flat = torch.from_numpy(targets).to(device).flatten()
            losses = F.cross_entropy(logits.float().flatten(0, 1), flat, ignore_index=IGNORED, reduction="none")
            for row, index in zip(losses.double().view(targets.shape).cpu().numpy(), together):
                nats[index] = row[blocks[index].first : len(blocks[index].targets)]
    torch.backends.cuda.matmul.allow_tf32 = tf32
    model.train(was_training)
    return nats


def evaluate_rolling(model: Decoder, dataset: Dataset, pieces: Iterable[int]) -> list[RollingScore]:
    """NLL of the same ids with a rolling KV cache and by the protocol, by position in the piece.

    A whole piece in one block, where each position attends to its window, equals a rolling KV cache: the keys and
    values of a position depend on all positions that it attended to, also those that have left the window.
    """
    if model.config.position != "relative":
        raise OptionError("a rolling KV cache needs relative positions")
    window = model.config.n_positions
    by_position: tuple[list[Nats], list[Nats]] = ([], [])
    for piece in pieces:
        ids = scored_ids(dataset, piece)
        if len(ids) < 2:
            continue
        by_position[0].extend(score_blocks(model, [Block(ids[:-1], ids[1:], 0)]))
        by_position[1].append(np.concatenate(score_blocks(model, list(cut_blocks(ids, window)))))
    scores = []
    for multiple in ROLLING_MULTIPLES:
        span = slice(multiple * window // 2 if multiple > 1 else 0, multiple * window)
        rolling, blocks = (np.concatenate([nats[span] for nats in side]) for side in by_position)
        if len(rolling) > 0:
            scores.append(RollingScore(multiple, len(rolling), float(rolling.mean()), float(blocks.mean())))
    return scores


def scored_ids(dataset: Dataset, piece: int) -> Ids:
    """START and the ids of a piece, without END; with END for a pair, whose answer has to end."""
    ids = dataset.piece(piece)
    return ids if dataset.end_id is None or dataset.first_targets is not None else ids[:-1]


def cut_blocks(ids: Ids, window: int, first_target: int = 1) -> Iterator[Block]:
    """Blocks of at most `window` inputs, each starting half a window after the one before.

    ids[first_target] is the first id that is scored.
    """
    predictions = len(ids) - 1  # ids[0] is not predicted
    stride = window // 2
    scored = first_target - 1
    for start in range(0, max(predictions, 0), stride):
        stop = min(start + window, predictions)
        if stop <= scored:
            continue  # a block of a source alone
        yield Block(ids[start:stop], ids[start + 1 : stop + 1], scored - start)
        scored = stop
        if stop == predictions:
            return


def spread_pieces(dataset: Dataset, count: int) -> list[int]:
    """`count` pieces evenly spaced over the dataset (0: all of them)."""
    pieces = len(dataset.paths)
    if count < 0:
        raise OptionError(f"the number of pieces must be 0 (all) or more, got {count}")
    if count == 0 or count >= pieces:
        return list(range(pieces))
    return [(2 * index + 1) * pieces // (2 * count) for index in range(count)]


def _pad(blocks: list[Block]) -> tuple[Ids, Ids]:
    """Blocks as two arrays, padded on the right, which does not affect earlier positions.  # [B, T] each"""
    longest = max(len(block.inputs) for block in blocks)
    inputs = np.zeros((len(blocks), longest), dtype=np.int64)
    targets = np.full((len(blocks), longest), IGNORED, dtype=np.int64)
    for row, block in enumerate(blocks):
        inputs[row, : len(block.inputs)] = block.inputs
        targets[row, block.first : len(block.targets)] = block.targets[block.first :]
    return inputs, targets


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m ostinato_training.evaluate", description="NLL of a checkpoint on a dataset.")
    parser.add_argument("checkpoint", type=Path, help="checkpoint folder")
    parser.add_argument("dataset", type=Path, help="dataset folder")
    parser.add_argument("--pieces", type=int, default=0, help="number of pieces, evenly spaced (0: all)")
    parser.add_argument("--window", type=int, help="ids in a block, at most the model's window (the default)")
    parser.add_argument("--rolling", action="store_true", help="NLL by position in the piece, with a rolling KV cache and in blocks")
    parser.add_argument("--device", default="auto", help="auto, cpu, cuda, …")
    parser.add_argument("--threads", type=int, help="CPU threads (default: PyTorch's)")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    options = parser.parse_args(arguments)
    if options.rolling and options.window is not None:
        parser.error("--rolling uses the model's own window: leave out --window")
    if options.threads is not None:
        torch.set_num_threads(options.threads)
    try:
        device = ("cuda" if torch.cuda.is_available() else "cpu") if options.device == "auto" else options.device
        model, dataset = read_model(options.checkpoint).to(device), read_dataset(options.dataset)
        pieces = spread_pieces(dataset, options.pieces)
        if options.rolling:
            _print_rolling(evaluate_rolling(model, dataset, pieces), options.json)
            return 0
        score = evaluate(model, dataset, pieces, options.window)
    except TrainingError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    text = text_figures(score, dataset, pieces)
    if options.json:
        print(json.dumps({"nllPerId": score.per_id, "nats": score.nats, "ids": score.ids, "pieces": len(pieces)} | text))
    else:
        by_text = f", {text['nllPerCharacter']:.4f} per character, {text['bitsPerByte']:.4f} bits per byte" if text else ""
        print(
            f"{score.per_id:.4f} nats per id (perplexity {math.exp(score.per_id):.2f}){by_text}, {score.ids} ids of {len(pieces)} pieces"
        )
    return 0


def text_figures(score: Score, dataset: Dataset, pieces: Iterable[int]) -> dict[str, float]:
    """NLL per character and per byte; empty for music."""
    if dataset.text_sizes is None:
        return {}
    sizes = [dataset.text_sizes[piece] for piece in pieces]
    return {
        "nllPerCharacter": score.nats / sum(size.characters for size in sizes),
        "bitsPerByte": score.nats / math.log(2) / sum(size.utf8_bytes for size in sizes),
    }


def _print_rolling(scores: list[RollingScore], as_json: bool) -> None:
    if as_json:
        print(json.dumps([asdict(score) for score in scores]))
        return
    print("windows      ids  rolling   blocks  difference")
    for score in scores:
        print(f"{score.multiple:>7}  {score.ids:>7}  {score.rolling:7.4f}  {score.blocks:7.4f}  {score.rolling - score.blocks:+10.4f}")


if __name__ == "__main__":
    sys.exit(main())
