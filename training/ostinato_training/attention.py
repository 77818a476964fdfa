"""Causal self-attention with relative positions (Huang et al. 2018, "Music Transformer", section 3.4).

    logits = q·kᵀ + skew(q·Eᵀ),   q already scaled by head_size^-½

E holds one row per distance, its *last* row being distance 0. Skewing turns "column = distance" into
"column = key" by views alone: with one zero column on the left, a [T, T+1] matrix read as [T+1, T]
without its first row has every row moved one place further. Putting that zero column (and the zero
rows of distances that have no entry) into E rather than into the product keeps the large tensor from
being copied.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F


def causal_mask(length: int, window: int, like: Tensor) -> Tensor:
    """0 where position i may see key j (i − window < j ≤ i), −∞ elsewhere.  # [T, T]"""
    i = torch.arange(length, device=like.device)[:, None]
    j = torch.arange(length, device=like.device)[None, :]
    hidden = (j > i) | (j <= i - window)
    return torch.zeros(length, length, device=like.device, dtype=like.dtype).masked_fill_(hidden, float("-inf"))


def distance_rows(relative: Tensor, length: int) -> Tensor:
    """The T rows a block of length T needs, plus one zero row in front for the skew.

    relative  # [heads, max_distance, head_size]
    returns   # [heads, T + 1, head_size]; distances of max_distance and more are zero rows
    """
    max_distance = relative.shape[1]
    rows = relative[:, max(0, max_distance - length) :]
    return F.pad(rows, (0, 0, 1 + max(0, length - max_distance), 0))


def relative_attention(q: Tensor, k: Tensor, v: Tensor, relative: Tensor, mask: Tensor, dropout: float) -> Tensor:
    """Attention of every position to itself and the ones before it.

    q, k, v   # [heads, batch, T, head_size], q not yet scaled; heads lead so that q·Eᵀ is one product a head
    relative  # [heads or 1, max_distance, head_size]
    mask      # [T, T], from `causal_mask`
    dropout   probability with which an attention weight is dropped (0 outside training)
    returns   # [heads, batch, T, head_size]
    """
    heads, batch, length, head_size = q.shape
    q = q * head_size**-0.5
    rows = distance_rows(relative, length).expand(heads, -1, -1)  # [heads, T+1, head_size]
    by_distance = torch.bmm(q.reshape(heads, batch * length, head_size), rows.transpose(1, 2))  # [heads, batch·T, T+1]
    by_key = by_distance.view(heads * batch, length + 1, length)[:, 1:]  # [heads·batch, T, T]

    def flat(x: Tensor) -> Tensor:
        return x.reshape(heads * batch, length, head_size)

    logits = torch.baddbmm(by_key, flat(q), flat(k).transpose(1, 2))  # [heads·batch, T, T]
    logits += mask.to(logits.dtype)  # in place: nothing needs the unmasked logits again; mixed types would be slow
    weights = F.dropout(torch.softmax(logits, dim=-1), dropout, training=dropout > 0)
    return torch.bmm(weights, flat(v)).view(heads, batch, length, head_size)
