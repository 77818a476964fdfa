"""An LSTM that predicts ids, as a baseline: the architecture of PerformanceRNN (Simon & Oore 2017).

Only `architectures.py` uses it; the rest of Ostinato runs decoders.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

LAYERS = 3  # PerformanceRNN's


class Lstm(nn.Module):
    """Maps ids to logits of the next id; the state is reset at each block."""

    def __init__(self, vocab_size: int, width: int) -> None:
        super().__init__()
        # Initialized as N(0, 1): without normalization, the small initial values of the decoders would make the output of
        # three layers too small (5.07 nats against 4.62 after 120 steps).
        self.wte = nn.Embedding(vocab_size, width)
        self.lstm = nn.LSTM(width, width, LAYERS, batch_first=True)
        with torch.no_grad():  # forget gates start open (Jozefowicz et al. 2015)
            for layer in range(LAYERS):
                getattr(self.lstm, f"bias_ih_l{layer}")[width : 2 * width] = 1.0

    def forward(self, ids: Tensor) -> Tensor:
        """ids # [B, T] int64; returns logits # [B, T, V]"""
        states, _ = self.lstm(self.wte(ids))  # [B, T, C]
        return F.linear(states, self.wte.weight)  # tied, as in the decoders


def parameter_count(vocab_size: int, width: int) -> int:
    return vocab_size * width + LAYERS * (8 * width * width + 8 * width)


def width_for(vocab_size: int, parameters: int) -> int:
    """The width whose number of parameters is nearest to the wanted one."""
    width = 1
    while parameter_count(vocab_size, width) < parameters:
        width += 1
    return min((width - 1, width), key=lambda w: abs(parameter_count(vocab_size, w) - parameters))
