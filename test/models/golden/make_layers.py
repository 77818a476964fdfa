"""Writes layers.json beside this file: the stream after each layer of the tiny checkpoints, by hooks of PyTorch.

    PYTHONPATH=training python test/models/golden/make_layers.py        (needs torch, transformers ≥ 5.23 and safetensors)

The GPT-2s run in transformers, the models with relative attention in `ostinato_training`, all in float64. Of the last id: the logits
that final norm and head give for the stream after the embedding and after each layer, and the vectors that attention and the
feed-forward network added to it.
"""

from __future__ import annotations

import json
from pathlib import Path

import torch
from ostinato_training.config import DecoderConfig
from ostinato_training.model import Decoder
from safetensors.torch import load_file
from torch import Tensor, nn
from transformers import GPT2Config, GPT2LMHeadModel

HERE = Path(__file__).parent
SIZES = ("vocab_size", "n_layer", "n_embd", "n_head", "n_positions")


def gpt2(folder: Path, **flags: bool) -> tuple[nn.Module, nn.Module, nn.Module]:
    """@returns the model, its blocks' parent, and its head."""
    config = json.loads((folder / "config.json").read_text())
    sizes = {name: config[name] for name in SIZES}
    model = GPT2LMHeadModel(GPT2Config(**sizes, **flags, attn_implementation="eager")).double().eval()
    stored = load_file(folder / "model.safetensors")
    weights = {name.removeprefix("transformer."): tensor.double() for name, tensor in stored.items() if not name.endswith(".attn.bias")}
    model.transformer.load_state_dict(weights, strict=False)
    model.tie_weights()
    return model, model.transformer, model.lm_head


def ours(folder: Path) -> tuple[nn.Module, nn.Module, nn.Module]:
    """@returns the model twice, and its head."""
    config = json.loads((folder / "config.json").read_text())
    names = DecoderConfig.__dataclass_fields__
    model = Decoder(DecoderConfig(**{name: value for name, value in config.items() if name in names})).double().eval()
    model.load_state_dict({name: tensor.double() for name, tensor in load_file(folder / "model.safetensors").items()})
    head = nn.Linear(config["n_embd"], config["vocab_size"], bias=False)
    head.weight = model.wte.weight if config.get("tie_word_embeddings", True) else model.lm_head.weight
    return model, model, head


def layers(model: nn.Module, body: nn.Module, head: nn.Module, ids: list[int]) -> dict[str, list[list[float]]]:
    streams: list[Tensor] = []
    parts: list[Tensor] = []

    def last(value: Tensor | tuple[Tensor, ...]) -> Tensor:
        tensor = value if isinstance(value, Tensor) else value[0]
        return tensor[0, -1]  # [width]

    for i, block in enumerate(body.h):
        if i == 0:
            block.register_forward_pre_hook(lambda _, inputs: streams.append(last(inputs[0])))
        block.attn.register_forward_hook(lambda _, inputs, output: parts.append(last(output)))
        block.mlp.register_forward_hook(lambda _, inputs, output: parts.append(last(output)))
        block.register_forward_hook(lambda _, inputs, output: streams.append(last(output)))
    with torch.no_grad():
        whole = model(torch.tensor([ids]))
        logits = head(body.ln_f(torch.stack(streams)))
    expected = whole if isinstance(whole, Tensor) else whole.logits
    torch.testing.assert_close(logits[-1], expected[0, -1])
    return {"logits": rounded(logits), "stream": rounded(torch.stack([streams[0], *parts]))}


def rounded(values: Tensor) -> list[list[float]]:
    return [[float(f"{value:.8g}") for value in row] for row in values.tolist()]


def main() -> None:
    by_layer = gpt2(HERE / "pytorch-buffers", scale_attn_weights=True, scale_attn_by_inverse_layer_idx=True)
    models = {
        "learned": gpt2(HERE / "learned"),
        "pytorch-buffers": by_layer,
        "relative": ours(HERE / "relative"),
        "relative-shared": ours(HERE / "relative-shared"),
    }
    cases = {}
    for folder, parts in models.items():
        ids = json.loads((HERE / folder / "expected.json").read_text())["ids"]
        cases[folder] = {"ids": ids, **layers(*parts, ids)}
    (HERE / "layers.json").write_text(json.dumps(cases) + "\n")


if __name__ == "__main__":
    main()
