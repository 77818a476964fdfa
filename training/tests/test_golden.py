"""Compares the trainer's model with the golden logits of the engine's tests."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch

from ostinato_training.checkpoint import read_model

GOLDEN = Path(__file__).parents[2] / "test" / "models" / "golden"


@pytest.mark.parametrize("name", ["learned", "relative", "relative-shared", "relative-near"])
def test_golden_logits(name: str) -> None:
    expected = json.loads((GOLDEN / name / "expected.json").read_text())
    model = read_model(GOLDEN / name).eval()
    with torch.inference_mode():
        logits = model(torch.tensor([expected["ids"]]))[0]
    wanted = torch.tensor(expected["logits"])
    assert (logits - wanted).abs().max() < 1e-4 * wanted.abs().max()
