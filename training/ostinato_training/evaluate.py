"""NLL, by the one protocol that every figure of the project uses.

Each piece alone: START is given, then its ids in blocks of the model's window that overlap by half. Every
id is scored once, those after the first block with at least half a window of context. END is not counted.
Softmax over the whole vocabulary, float32, no legality mask, no augmentation.

    python -m ostinato_training.evaluate CHECKPOINT DATASET [--pieces N] [--json]
"""

from __future__ import annotations

import argparse
import json
import math
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch.nn import functional as F

from .batches import IGNORED
from .checkpoint import read_model
from .data import Dataset, Ids, read_dataset
from .errors import OptionError, TrainingError
from .model import Decoder

IDS_AT_ONCE = 8192  # inputs of one forward pass; bounds the memory


@dataclass(frozen=True)
class Score:
    nats: float
    ids: int

    @property
    def per_id(self) -> float:
        return self.nats / self.ids


@dataclass(frozen=True)
class Block:
    """A stretch of one piece: every input is read, only the targets from `first` on are scored."""

    inputs: Ids  # [T]
    targets: Ids  # [T]
    first: int


def evaluate(model: Decoder, dataset: Dataset, pieces: Iterable[int], window: int | None = None) -> Score:
    """Scores some pieces with a model.

    window  ids in a block, at most the model's own (the default). A smaller one shows how a model that was
            trained on shorter crops does at their length.
    """
    device = next(model.parameters()).device
    window = model.config.n_positions if window is None else window
    if not 2 <= window <= model.config.n_positions:
        raise OptionError(f"the evaluation window must be within 2 … {model.config.n_positions}, got {window}")
    if dataset.vocabulary.size != model.config.vocab_size:
        raise OptionError(f"the dataset has {dataset.vocabulary.size} ids, the model {model.config.vocab_size}")
    blocks = [block for piece in pieces for block in cut_blocks(scored_ids(dataset, piece), window)]
    blocks.sort(key=lambda block: len(block.inputs), reverse=True)  # equal lengths together: little padding
    nats, ids = 0.0, 0
    was_training, tf32 = model.training, torch.backends.cuda.matmul.allow_tf32
    model.eval()
    torch.backends.cuda.matmul.allow_tf32 = False
    at_once = max(1, IDS_AT_ONCE // window)
    with torch.inference_mode():
        for start in range(0, len(blocks), at_once):
            inputs, targets = _pad(blocks[start : start + at_once])
            logits = model(torch.from_numpy(inputs).to(device))  # [B, T, V]
            flat = torch.from_numpy(targets).to(device).flatten()
            losses = F.cross_entropy(logits.float().flatten(0, 1), flat, ignore_index=IGNORED, reduction="none")
            nats += float(losses.double().sum())
            ids += int((targets != IGNORED).sum())
    torch.backends.cuda.matmul.allow_tf32 = tf32
    model.train(was_training)
    return Score(nats, ids)


def scored_ids(dataset: Dataset, piece: int) -> Ids:
    """START and the ids of a piece, without END."""
    ids = dataset.piece(piece)
    return ids if dataset.end_id is None else ids[:-1]


def cut_blocks(ids: Ids, window: int) -> Iterator[Block]:
    """Blocks of at most `window` inputs, each starting half a window after the one before."""
    predictions = len(ids) - 1  # ids[0] is given
    stride = window // 2
    scored = 0
    for start in range(0, max(predictions, 0), stride):
        stop = min(start + window, predictions)
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
    """Blocks as two arrays; filling on the right never reaches an earlier position.  # [B, T] each"""
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
    parser.add_argument("--pieces", type=int, default=0, help="only so many pieces, evenly spaced (0: all)")
    parser.add_argument("--window", type=int, help="ids in a block, at most the model's window (the default)")
    parser.add_argument("--device", default="auto", help="auto, cpu, cuda, …")
    parser.add_argument("--threads", type=int, help="CPU threads (default: PyTorch's)")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    options = parser.parse_args(arguments)
    if options.threads is not None:
        torch.set_num_threads(options.threads)
    try:
        device = ("cuda" if torch.cuda.is_available() else "cpu") if options.device == "auto" else options.device
        model, dataset = read_model(options.checkpoint).to(device), read_dataset(options.dataset)
        pieces = spread_pieces(dataset, options.pieces)
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
    """What the pieces cost by the units of their text; nothing for music."""
    if dataset.text_sizes is None:
        return {}
    sizes = [dataset.text_sizes[piece] for piece in pieces]
    return {
        "nllPerCharacter": score.nats / sum(size.characters for size in sizes),
        "bitsPerByte": score.nats / math.log(2) / sum(size.utf8_bytes for size in sizes),
    }


if __name__ == "__main__":
    sys.exit(main())
