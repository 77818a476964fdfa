"""Makes small files as PyTorch writes them, and what is in them, beside this file.

    python test/models/golden/make_pytorch.py        (needs torch, transformers ≥ 5.23 and safetensors)

pytorch-buffers: a GPT-2 as an old export has it: a plain dict in float32, names without prefix, GPT-2's buffers. With the logits
of transformers in float64, scale_attn_by_inverse_layer_idx true and false, scale_attn_weights true and false.
pytorch-views: the same weights, stored in other ways: parameters, halves, a transposed matrix, views of one storage.

scaled-float16 was not made here: a tiny random GPT-2 with 55,028 ids, and its logits in float64 (torch 2.13, transformers 5.23),
of which `fixed` are those of `fixed_ids` and `top20` the largest.
"""

import json
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save_file
from transformers import GPT2Config, GPT2LMHeadModel

HERE = Path(__file__).parent
SIZES = {"vocab_size": 24, "n_layer": 3, "n_embd": 8, "n_head": 2, "n_positions": 16}
CONFIG = {"model_type": "gpt2", "activation_function": "gelu_new", **SIZES, "reorder_and_upcast_attn": True}


def random_weights() -> dict[str, torch.Tensor]:
    torch.manual_seed(1)
    model = GPT2LMHeadModel(GPT2Config(**SIZES))
    weights = {name: tensor for name, tensor in model.transformer.state_dict().items() if not name.endswith((".attn.bias", ".masked_bias"))}
    return {name: (1.0 if ".ln_" in name and name.endswith("weight") else 0.0) + 0.8 * torch.randn(tensor.shape) for name, tensor in weights.items()}


def write(folder: str, config: dict[str, Any], pytorch: dict[str, Any], weights: dict[str, torch.Tensor]) -> None:
    target = HERE / folder
    target.mkdir(exist_ok=True)
    (target / "config.json").write_text(json.dumps(config, indent=2) + "\n")
    torch.save(pytorch, target / "pytorch_model.bin")
    save_file({name: tensor.contiguous() for name, tensor in weights.items()}, target / "model.safetensors")


def logits(weights: dict[str, torch.Tensor], ids: list[int], **flags: bool) -> list[list[float]]:
    model = GPT2LMHeadModel(GPT2Config(**SIZES, **flags, attn_implementation="eager")).double().eval()
    model.transformer.load_state_dict({name: tensor.double() for name, tensor in weights.items()}, strict=False)
    model.tie_weights()
    with torch.no_grad():
        return [[round(value, 9) for value in row] for row in model(torch.tensor([ids])).logits[0].tolist()]


def main() -> None:
    weights = random_weights()
    triangle = torch.tril(torch.ones(16, 16)).view(1, 1, 16, 16)
    buffers = {f"h.{i}.attn.bias": triangle.to(torch.bool if i else torch.uint8) for i in range(3)}
    buffers |= {f"h.{i}.attn.masked_bias": torch.tensor(-1e4) for i in range(3)}
    write("pytorch-buffers", CONFIG, {**weights, **buffers}, weights)
    ids = [3, 1, 4, 1, 5, 9, 2, 6, 5, 23, 0, 7]
    cases = [
        {**flags, "logits": logits(weights, ids, **flags)}
        for flags in (
            {"scale_attn_weights": by_size, "scale_attn_by_inverse_layer_idx": by_layer} for by_size in (True, False) for by_layer in (True, False)
        )
    ]
    (HERE / "pytorch-buffers" / "expected.json").write_text(json.dumps({"ids": ids, "cases": cases}) + "\n")

    views = dict(weights)
    views["wte.weight"] = torch.nn.Parameter(views["wte.weight"])
    views["h.0.mlp.c_fc.weight"] = views["h.0.mlp.c_fc.weight"].t().contiguous().t()  # as torch.nn.Linear has it
    views["h.1.mlp.c_fc.weight"] = views["h.1.mlp.c_fc.weight"].bfloat16()
    views["h.2.mlp.c_fc.weight"] = views["h.2.mlp.c_fc.weight"].half()
    both = torch.cat([views["h.0.attn.c_attn.weight"], views["h.1.attn.c_attn.weight"]], dim=1)
    views["h.0.attn.c_attn.weight"], views["h.1.attn.c_attn.weight"] = both[:, :24], both[:, 24:]
    norms = torch.cat([views["h.0.ln_1.weight"], views["h.0.ln_2.weight"]])
    views["h.0.ln_1.weight"], views["h.0.ln_2.weight"] = norms[:8], norms[8:]
    views["h.1.ln_1.weight"] = views["h.1.ln_2.weight"]
    plain = {name: tensor.detach().clone() for name, tensor in views.items()}
    views["lm_head.weight"] = views["wte.weight"]
    write("pytorch-views", CONFIG, {f"transformer.{name}" if name != "lm_head.weight" else name: tensor for name, tensor in views.items()}, plain)


if __name__ == "__main__":
    main()
