"""Reference of the trainer's module for the included model: logits of one sequence, and its NLL by the common protocol.

    python trainer.py CHECKPOINT OUT     (OUT/piano.json, OUT/piano.f32: [ids, vocabulary])

The sequence is random, START first, and longer than two windows.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import torch
from torch.nn import functional as F

sys.path.insert(0, str(Path(__file__).parents[2] / "training"))
from ostinato_training.checkpoint import read_model
from ostinato_training.evaluate import cut_blocks

LENGTH = 1300


def main() -> None:
    checkpoint, out = Path(sys.argv[1]), Path(sys.argv[2])
    torch.set_num_threads(1)
    model = read_model(checkpoint)
    random = torch.Generator().manual_seed(9)
    ids = torch.randint(model.config.vocab_size, (LENGTH,), generator=random).numpy()
    nats = 0.0
    with torch.inference_mode():
        model(torch.from_numpy(ids)[None])[0].float().numpy().tofile(out / "piano.f32")
        for block in cut_blocks(ids, model.config.n_positions):
            losses = F.cross_entropy(model(torch.from_numpy(block.inputs)[None])[0], torch.from_numpy(block.targets), reduction="none")
            nats += float(losses[block.first :].double().sum())
    (out / "piano.json").write_text(json.dumps({"ids": ids.tolist(), "nllPerId": nats / (LENGTH - 1)}))


main()
