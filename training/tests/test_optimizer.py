from __future__ import annotations

import pytest
import torch

from ostinato_training.config import DecoderConfig
from ostinato_training.model import Decoder
from ostinato_training.optimizer import Muon, Optimizer, OptimizerOptions, orthogonalise
from ostinato_training.schedule import learning_rate_factor


@pytest.mark.parametrize(("shape", "precision"), [((24, 24), torch.float32), ((16, 64), torch.float32), ((64, 16), torch.bfloat16)])
def test_singular_values_become_about_one(shape: tuple[int, int], precision: torch.dtype) -> None:
    matrices = torch.randn(3, *shape, generator=torch.Generator().manual_seed(1)) * torch.tensor([1e-4, 1.0, 1e4])[:, None, None]
    values = torch.linalg.svdvals(orthogonalise(matrices, precision).float())
    # A random square matrix has singular values near 0, which five iterations do not bring to 1.
    floor = 0.6 if shape[0] != shape[1] else 0.0
    assert values.max() < 1.3 and values.min() > floor and values.median() > 0.65


def test_directions_are_kept() -> None:
    u, _, v = torch.linalg.svd(torch.randn(12, 20, generator=torch.Generator().manual_seed(2)), full_matrices=False)
    matrix = u @ torch.diag(torch.linspace(0.5, 1, 12)) @ v
    inner = u.T @ orthogonalise(matrix[None], torch.float32)[0] @ v.T
    torch.testing.assert_close(inner, torch.diag(inner.diagonal()), rtol=0, atol=1e-4)


def test_joined_projection_is_three_matrices() -> None:
    random = torch.Generator().manual_seed(3)
    gradient = torch.randn(8, 24, generator=random) * torch.tensor([1.0, 100.0, 0.01]).repeat_interleave(8)
    joined = torch.nn.Parameter(torch.zeros(8, 24))
    parts = [torch.nn.Parameter(torch.zeros(8, 8)) for _ in range(3)]
    joined.grad = gradient
    for part, piece in zip(parts, gradient.chunk(3, 1)):
        part.grad = piece.clone()
    Muon([joined], 0.02, 0.0, torch.float32).step()
    Muon(parts, 0.02, 0.0, torch.float32).step()
    torch.testing.assert_close(joined.data, torch.cat([part.data for part in parts], 1))


def test_wide_outputs_move_more_and_decay_shrinks() -> None:
    wide = torch.nn.Parameter(torch.ones(8, 32))
    wide.grad = torch.zeros(8, 32)
    wide.grad[0, 0] = 1.0
    Muon([wide], 0.1, 0.5, torch.float32).step()
    assert wide[1, 1].item() == pytest.approx(1 - 0.1 * 0.5)
    only = orthogonalise(wide.grad[None], torch.float32)[0, 0, 0].item()
    assert wide[0, 0].item() == pytest.approx(0.95 - 0.1 * 2 * only, abs=1e-5)


def test_muon_takes_the_matrices_of_the_blocks() -> None:
    model = Decoder(DecoderConfig("performance-416", 416, 2, 32, 2, 64, 16, "relative", 16))
    optimizer = Optimizer(model, OptimizerOptions(), torch.float32)
    assert len(optimizer.muon.param_groups[0]["params"]) == 2 * 4
    everything = sum(len(group["params"]) for part in (optimizer.muon, optimizer.adam) for group in part.param_groups)
    assert everything == len(list(model.parameters()))


def test_schedule_values() -> None:
    factors = [learning_rate_factor(step, steps=10, warmup=4, decay=4) for step in range(11)]
    assert factors == [0.25, 0.5, 0.75, 1, 1, 1, 1, 0.75, 0.5, 0.25, 0]
    assert learning_rate_factor(0, steps=5, warmup=0, decay=0) == 1
    assert learning_rate_factor(99, steps=100, warmup=0, decay=0) == 1
