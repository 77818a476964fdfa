"""Causal self-attention with relative positions (Huang et al. 2018, "Music Transformer", section 3.4).

    logits = q·kᵀ + skew(q·Eᵀ),   q already scaled by head_size^-½

E has one row per distance; the *last* row is distance 0. Position t attends to the last `window` positions, itself included.

Queries are processed in blocks, each with the keys visible to any of its rows. This halves the work under the causal
mask, makes it linear in the length beyond the window, and keeps the working set in the processor cache. The backward
pass is explicit, because automatic differentiation would add a full-size tensor of zeros for the slice of each block.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F

# Queries in a block: the best of 64, 128 and 256 at 512 to 2048 ids on a CPU; larger products are faster on a GPU.
CPU_BLOCK, GPU_BLOCK = 128, 512


def relative_attention(q: Tensor, k: Tensor, v: Tensor, relative: Tensor, window: int, dropout: float) -> Tensor:
    """Attention of every position to itself and the window − 1 before it.

    q, k, v   # [heads, batch, T, head_size], q not yet scaled; heads lead so that q·Eᵀ is one product a head
    relative  # [heads or 1, max_distance, head_size]; no bias beyond max_distance
    window    attention span in positions, the current one included
    dropout   probability with which an attention weight is dropped (0 outside training)
    returns   # [heads, batch, T, head_size]
    """
    block = CPU_BLOCK if q.device.type == "cpu" else GPU_BLOCK
    scaled = q * q.shape[-1] ** -0.5
    attended: Tensor = _BlockedAttention.apply(scaled, k, v, relative.to(q.dtype), window, dropout, block)  # type: ignore[no-untyped-call]
    return attended


class _BlockedAttention(torch.autograd.Function):
    """N = heads · batch; a block has R rows, positions `first` … `stop` − 1, and attends to K keys, `begin` … `stop` − 1."""

    @staticmethod
    def forward(ctx: Any, q: Tensor, k: Tensor, v: Tensor, relative: Tensor, window: int, dropout: float, block: int) -> Tensor:
        shape = q.shape
        q, k, v = (x.reshape(-1, *shape[2:]) for x in (q, k, v))  # [N, T, head_size]
        out = torch.empty_like(q)
        kept: list[Tensor] = []
        for begin, first, stop in _blocks(shape[2], window, block):
            rows = q[:, first:stop]  # [N, R, head_size]
            by_distance = torch.bmm(_by_head(rows, shape), _distance_rows(relative, stop - begin, shape[0]).transpose(1, 2))
            logits = torch.baddbmm(_by_key(by_distance, rows, stop - begin), rows, k[:, begin:stop].transpose(1, 2))  # [N, R, K]
            weights = torch.softmax(_hide(logits, begin, first, stop, window), dim=-1)
            # Inverted dropout; the backward pass needs the mask.
            factors = F.dropout(torch.ones_like(weights), dropout) if dropout > 0 else None
            out[:, first:stop] = torch.bmm(weights if factors is None else weights * factors, v[:, begin:stop])
            kept += [weights] if factors is None else [weights, factors]
        ctx.save_for_backward(q, k, v, relative, *kept)
        ctx.sizes = shape, window, dropout, block
        return out.view(shape)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, ...]:
        q, k, v, relative, *kept = ctx.saved_tensors
        shape, window, dropout, block = ctx.sizes
        out_gradient = gradients[0].reshape(q.shape)
        dq, dk, dv = torch.empty_like(q), torch.zeros_like(k), torch.zeros_like(v)
        d_relative = torch.zeros(relative.shape, dtype=torch.float32, device=q.device)
        saved = iter(kept)
        for begin, first, stop in _blocks(shape[2], window, block):
            rows, gradient, weights = q[:, first:stop], out_gradient[:, first:stop], next(saved)
            factors = next(saved) if dropout > 0 else None
            dv[:, begin:stop].baddbmm_((weights if factors is None else weights * factors).transpose(1, 2), gradient)
            d_weights = torch.bmm(gradient, v[:, begin:stop].transpose(1, 2))  # [N, R, K]
            if factors is not None:
                d_weights *= factors
            d_by_distance = torch.zeros(_by_head(rows, shape).shape[:2] + (stop - begin + 1,), dtype=q.dtype, device=q.device)
            d_logits = _by_key(d_by_distance, rows, stop - begin)  # a view: writing to it applies the inverse skew
            d_logits.copy_(torch._softmax_backward_data(d_weights, weights, -1, weights.dtype))
            dk[:, begin:stop].baddbmm_(d_logits.transpose(1, 2), rows)
            through_distance = torch.bmm(d_by_distance, _distance_rows(relative, stop - begin, shape[0])).view(rows.shape)
            dq[:, first:stop] = torch.baddbmm(through_distance, d_logits, k[:, begin:stop])
            known = min(stop - begin, relative.shape[1])  # occurring distances with a row
            d_rows = torch.bmm(d_by_distance.transpose(1, 2), _by_head(rows, shape))[:, -known:]
            d_relative[:, -known:] += d_rows if relative.shape[0] > 1 else d_rows.sum(0, keepdim=True)
        return dq.view(shape), dk.view(shape), dv.view(shape), d_relative.to(relative.dtype), None, None, None


def _blocks(length: int, window: int, block: int) -> Iterator[tuple[int, int, int]]:
    """First key, first row and end of each block."""
    for first in range(0, length, block):
        yield max(0, first - window + 1), first, min(first + block, length)


def _by_head(rows: Tensor, shape: torch.Size) -> Tensor:
    """[N, R, head_size] as [heads, batch · R, head_size]."""
    return rows.reshape(shape[0], -1, shape[3])


def _distance_rows(relative: Tensor, keys: int, heads: int) -> Tensor:
    """The rows of the distances keys − 1 … 0, zeros beyond max_distance, and one zero row in front for the skew.

    relative  # [heads or 1, max_distance, head_size]
    returns   # [heads, keys + 1, head_size]
    """
    missing = max(0, keys - relative.shape[1])
    return F.pad(relative[:, -keys:], (0, 0, 1 + missing, 0)).expand(heads, -1, -1)


def _by_key(by_distance: Tensor, rows: Tensor, keys: int) -> Tensor:
    """Skews "column = distance" into "column = key" by views alone.

    Row r of R is R − 1 − r columns too far right. Reading the [R, K+1] matrix as rows of K from its R-th number on
    shifts every row left by this amount.

    by_distance  # [heads, batch · R, K + 1]
    returns      # [N, R, K]; values right of a row's own position belong to another row and must be masked
    """
    count, height, _ = rows.shape
    return by_distance.view(count, height * (keys + 1))[:, height:].view(count, height, keys)


def _hide(logits: Tensor, begin: int, first: int, stop: int, window: int) -> Tensor:
    """Sets −∞ for masked keys, in place: those later than the row's position, or outside its window."""
    row = torch.arange(first, stop, device=logits.device)[:, None]
    key = torch.arange(begin, stop, device=logits.device)[None, :]
    later = (key > row)[:, first - begin :]  # only the last R keys can be later
    logits[:, :, first - begin :].masked_fill_(later, float("-inf"))
    outside = max(0, stop - window - begin)  # number of first keys that can be outside
    if outside > 0:
        logits[:, :, :outside].masked_fill_((key <= row - window)[:, :outside], float("-inf"))
    return logits
