"""Compares the skewed attention with the formula in loops."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor

from ostinato_training import attention
from ostinato_training.attention import relative_attention


def literal(q: Tensor, k: Tensor, v: Tensor, relative: Tensor, window: int) -> Tensor:
    """The formula of Huang et al. 2018, element by element.  # [heads, batch, T, head_size] in and out"""
    heads, batch, length, size = q.shape
    tables, max_distance, _ = relative.shape
    out = torch.zeros_like(v)
    for h in range(heads):
        table = relative[0 if tables == 1 else h]
        for b in range(batch):
            for t in range(length):
                query = q[h, b, t] / math.sqrt(size)
                keys = range(max(0, t - window + 1), t + 1)
                logits = []
                for j in keys:
                    logit = query @ k[h, b, j]
                    if t - j < max_distance:
                        logit = logit + query @ table[max_distance - 1 - (t - j)]
                    logits.append(logit)
                weights = torch.softmax(torch.stack(logits), dim=0)
                out[h, b, t] = sum(weight * v[h, b, j] for weight, j in zip(weights, keys))
    return out


@pytest.mark.parametrize("block", [1, 3, 4, 128])
@pytest.mark.parametrize(
    ("length", "max_distance", "window", "tables"),
    [(9, 9, 9, 2), (9, 16, 16, 2), (9, 4, 9, 2), (9, 4, 6, 2), (9, 5, 3, 1), (1, 4, 4, 2), (9, 1, 9, 1), (9, 2, 2, 2)],
)
def test_equals_the_formula(monkeypatch: pytest.MonkeyPatch, length: int, max_distance: int, window: int, tables: int, block: int) -> None:
    monkeypatch.setattr(attention, "CPU_BLOCK", block)
    random = torch.Generator().manual_seed(3)
    q, k, v = torch.randn(3, 2, 2, length, 4, dtype=torch.float64, generator=random)
    relative = torch.randn(tables, max_distance, 4, dtype=torch.float64, generator=random)
    leaves = [x.requires_grad_() for x in (q.clone(), k.clone(), v.clone(), relative.clone())]
    twins = [x.detach().clone().requires_grad_() for x in leaves]
    fast = relative_attention(*leaves, window, dropout=0.0)
    slow = literal(*twins, window)
    torch.testing.assert_close(fast, slow, rtol=0, atol=1e-12)
    weights = torch.randn(fast.shape, dtype=torch.float64, generator=random)
    # The gradient of the table is accumulated in float32.
    for leaf, twin, tolerance in zip(
        torch.autograd.grad((fast * weights).sum(), leaves), torch.autograd.grad((slow * weights).sum(), twins), (1e-11, 1e-11, 1e-11, 1e-5)
    ):
        torch.testing.assert_close(leaf, twin, rtol=0, atol=tolerance)


def test_dropout_gradients_equal_finite_differences(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same seed drops the same weights, so finite differences approximate the gradients."""
    monkeypatch.setattr(attention, "CPU_BLOCK", 3)
    random = torch.Generator().manual_seed(4)
    inputs = [torch.randn(2, 1, 7, 4, dtype=torch.float64, generator=random, requires_grad=True) for _ in range(3)]

    def attend(q: Tensor, k: Tensor, v: Tensor) -> Tensor:
        torch.manual_seed(5)
        return relative_attention(q, k, v, torch.zeros(2, 4, 4, dtype=torch.float64), 6, dropout=0.4)

    assert not torch.equal(attend(*inputs), relative_attention(*inputs, torch.zeros(2, 4, 4, dtype=torch.float64), 6, dropout=0.0))
    assert torch.autograd.gradcheck(attend, inputs)
