"""The decoder: GPT-2's blocks, with learned or relative positions.

Sources: openai/gpt-2 (pre-LN blocks, tanh GELU, tied head), Huang et al. 2018 (relative attention).
Modules have GPT-2's tensor names: a checkpoint folder stores `state_dict()`.
B batch, T ids in a block, C width, H heads, D head size, V vocabulary.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from .attention import relative_attention
from .config import DecoderConfig


class Decoder(nn.Module):
    """Maps ids to logits of the next id.

    Position t attends to the ids t − n_positions + 1 … t. A block may be longer than the window with
    relative positions only.
    """

    def __init__(self, config: DecoderConfig, dropout: float = 0.0) -> None:
        super().__init__()
        self.config = config
        self.dropout = dropout
        self.wte = nn.Embedding(config.vocab_size, config.n_embd)
        if config.position == "learned":
            self.wpe = nn.Embedding(config.n_positions, config.n_embd)
        self.h = nn.ModuleList(Block(config, dropout) for _ in range(config.n_layer))
        self.ln_f = nn.LayerNorm(config.n_embd, config.layer_norm_epsilon)
        if not config.tie_word_embeddings:
            self.lm_head = nn.Linear(config.n_embd, config.vocab_size, bias=False)
        self._initialize()

    def forward(self, ids: Tensor) -> Tensor:
        """ids # [B, T] int64; returns logits # [B, T, V]"""
        length = ids.shape[1]
        x = self.wte(ids)  # [B, T, C]
        if self.config.position == "learned":
            if length > self.config.n_positions:
                raise ValueError(f"block of {length} ids, but there are only {self.config.n_positions} learned positions")
            x = x + self.wpe.weight[:length]
        x = F.dropout(x, self.dropout, self.training)
        for block in self.h:
            x = block(x)  # [B, T, C]
        x = self.ln_f(x)
        head = self.wte.weight if self.config.tie_word_embeddings else self.lm_head.weight  # [V, C]
        return F.linear(x, head)  # [B, T, V]

    def _initialize(self) -> None:
        """Initializes as GPT-2: N(0, 0.02), with smaller projections into the residual stream for deeper models."""
        for name, parameter in self.named_parameters():
            if parameter.dim() == 2:
                std = 0.02 / (2 * self.config.n_layer) ** 0.5 if name.endswith("c_proj.weight") else 0.02
                nn.init.normal_(parameter, std=std)


class Block(nn.Module):
    def __init__(self, config: DecoderConfig, dropout: float) -> None:
        super().__init__()
        self.dropout = dropout
        self.ln_1 = nn.LayerNorm(config.n_embd, config.layer_norm_epsilon)
        self.attn = Attention(config, dropout)
        self.ln_2 = nn.LayerNorm(config.n_embd, config.layer_norm_epsilon)
        self.mlp = FeedForward(config)

    def forward(self, x: Tensor) -> Tensor:
        x = x + F.dropout(self.attn(self.ln_1(x)), self.dropout, self.training)  # [B, T, C]
        return x + F.dropout(self.mlp(self.ln_2(x)), self.dropout, self.training)  # [B, T, C]


class Attention(nn.Module):
    def __init__(self, config: DecoderConfig, dropout: float) -> None:
        super().__init__()
        self.heads, self.head_size, self.dropout = config.n_head, config.head_size, dropout
        self.position, self.window = config.position, config.n_positions
        self.c_attn = Projection(config.n_embd, 3 * config.n_embd)
        self.c_proj = Projection(config.n_embd, config.n_embd)
        if config.position == "relative":
            self.relative = RelativeTable(config)

    def forward(self, x: Tensor) -> Tensor:
        batch, length, width = x.shape
        dropout = self.dropout if self.training else 0.0
        qkv = self.c_attn(x).view(batch, length, 3, self.heads, self.head_size)  # [B, T, 3, H, D]
        if self.position == "learned":  # no relative bias, so PyTorch's fused kernel applies
            q, k, v = qkv.permute(2, 0, 3, 1, 4).unbind(0)  # [B, H, T, D] each
            out = F.scaled_dot_product_attention(q, k, v, is_causal=True, dropout_p=dropout).transpose(1, 2)  # [B, T, H, D]
        else:
            q, k, v = qkv.permute(2, 3, 0, 1, 4).unbind(0)  # [H, B, T, D] each
            out = relative_attention(q, k, v, self.relative.weight, self.window, dropout).permute(1, 2, 0, 3)  # [B, T, H, D]
        projected: Tensor = self.c_proj(out.reshape(batch, length, width))  # [B, T, C]
        return projected


class RelativeTable(nn.Module):
    """One row per distance; the last row is distance 0.

    It starts at zero, not at the paper's N(0, D^-½): a row is trained only by blocks long enough to
    contain its distance, and a zero row does not change the logits until then. So the model may be trained on
    crops shorter than the window, and the window may be extended later.
    """

    def __init__(self, config: DecoderConfig) -> None:
        super().__init__()
        tables = 1 if config.shared_heads else config.n_head
        self.weight = nn.Parameter(torch.zeros(tables, config.max_distance, config.head_size))


class FeedForward(nn.Module):
    def __init__(self, config: DecoderConfig) -> None:
        super().__init__()
        self.c_fc = Projection(config.n_embd, config.n_inner)
        self.c_proj = Projection(config.n_inner, config.n_embd)

    def forward(self, x: Tensor) -> Tensor:
        inner = F.gelu(self.c_fc(x), approximate="tanh")  # [B, T, inner]
        out: Tensor = self.c_proj(inner)  # [B, T, C]
        return out


class Projection(nn.Module):
    """x·W + b with W stored [in, out], as GPT-2's checkpoints have it."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.empty(inputs, outputs))
        self.bias = nn.Parameter(torch.zeros(outputs))

    def forward(self, x: Tensor) -> Tensor:
        return F.linear(x, self.weight.T, self.bias)
