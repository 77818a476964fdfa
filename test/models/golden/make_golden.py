"""Makes the golden checkpoints beside this file: tiny decoders with random weights, and PyTorch's logits for them.

    python test/models/golden/make_golden.py        (needs torch and safetensors)

Attention is written out literally here: every (position, key) pair looks its distance up. No skew, no cache; the
logits are computed in float64 from the weights as stored.
"""

import json
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save_file
from torch.nn import functional as F

SIZES = {"vocab_size": 16, "n_layer": 2, "n_embd": 8, "n_head": 2, "n_inner": 12}
OURS = {"model_type": "ostinato", "vocabulary": "golden", **SIZES, "activation_function": "gelu_new", "layer_norm_epsilon": 1e-5}
LENGTH = 12

CASES = {
    "learned": {
        "config": {"model_type": "gpt2", **SIZES, "n_inner": None, "n_positions": 16, "n_ctx": 16, "activation_function": "gelu_new"},
        "dtype": torch.float32,
        "prefix": "transformer.",
    },
    "relative": {
        "config": {**OURS, "position": "relative", "max_distance": 16, "shared_heads": False, "n_positions": 16},
        "dtype": torch.float16,
    },
    "relative-shared": {
        "config": {**OURS, "position": "relative", "max_distance": 12, "shared_heads": True, "n_positions": 16, "tie_word_embeddings": False},
        "dtype": torch.bfloat16,
    },
    "relative-near": {  # distances without a vector, and a window shorter than the ids
        "config": {**OURS, "position": "relative", "max_distance": 5, "shared_heads": False, "n_positions": 8},
        "dtype": torch.float32,
    },
}


def random_tensors(config: dict[str, Any]) -> dict[str, torch.Tensor]:
    width, inner = config["n_embd"], config["n_inner"] or 4 * config["n_embd"]

    def random(*shape: int) -> torch.Tensor:
        return 0.4 * torch.randn(*shape)

    tensors = {"wte.weight": random(config["vocab_size"], width), "ln_f.weight": 1 + random(width), "ln_f.bias": random(width)}
    relative = config.get("position") == "relative"
    if not relative:
        tensors["wpe.weight"] = random(config["n_positions"], width)
    if not config.get("tie_word_embeddings", True):
        tensors["lm_head.weight"] = random(config["vocab_size"], width)
    for i in range(config["n_layer"]):
        for norm in ("ln_1", "ln_2"):
            tensors[f"h.{i}.{norm}.weight"] = 1 + random(width)
            tensors[f"h.{i}.{norm}.bias"] = random(width)
        for name, size_in, size_out in (
            ("attn.c_attn", width, 3 * width),
            ("attn.c_proj", width, width),
            ("mlp.c_fc", width, inner),
            ("mlp.c_proj", inner, width),
        ):
            tensors[f"h.{i}.{name}.weight"] = random(size_in, size_out)
            tensors[f"h.{i}.{name}.bias"] = random(size_out)
        if relative:
            heads = 1 if config["shared_heads"] else config["n_head"]
            tensors[f"h.{i}.attn.relative.weight"] = 2 * random(heads, config["max_distance"], width // config["n_head"])
    return tensors


def logits(config: dict[str, Any], stored: dict[str, torch.Tensor], ids: list[int]) -> torch.Tensor:
    w = {name: tensor.double() for name, tensor in stored.items()}
    width, heads, window = config["n_embd"], config["n_head"], config["n_positions"]
    size = width // heads

    def linear(name: str, x: torch.Tensor) -> torch.Tensor:
        return x @ w[f"{name}.weight"] + w[f"{name}.bias"]

    def norm(name: str, x: torch.Tensor) -> torch.Tensor:
        return F.layer_norm(x, (width,), w[f"{name}.weight"], w[f"{name}.bias"], 1e-5)

    x = w["wte.weight"][ids]
    if "wpe.weight" in w:
        x = x + w["wpe.weight"][: len(ids)]
    for i in range(config["n_layer"]):
        q, k, v = linear(f"h.{i}.attn.c_attn", norm(f"h.{i}.ln_1", x)).split(width, dim=1)
        rows = []
        for t in range(len(ids)):
            first = max(0, t - window + 1)
            row = []
            for h in range(heads):
                part = slice(h * size, (h + 1) * size)
                query = q[t, part] / size**0.5
                scores = query @ k[first : t + 1, part].T
                if f"h.{i}.attn.relative.weight" in w:
                    table = w[f"h.{i}.attn.relative.weight"]
                    table = table[h if len(table) > 1 else 0]
                    for j in range(first, t + 1):
                        if t - j < len(table):
                            scores[j - first] += query @ table[len(table) - 1 - (t - j)]
                row.append(scores.softmax(0) @ v[first : t + 1, part])
            rows.append(torch.cat(row))
        x = x + linear(f"h.{i}.attn.c_proj", torch.stack(rows))
        x = x + linear(f"h.{i}.mlp.c_proj", F.gelu(linear(f"h.{i}.mlp.c_fc", norm(f"h.{i}.ln_2", x)), approximate="tanh"))
    return norm("ln_f", x) @ w.get("lm_head.weight", w["wte.weight"]).T


def main() -> None:
    torch.manual_seed(7)
    for name, case in CASES.items():
        folder = Path(__file__).parent / name
        folder.mkdir(exist_ok=True)
        config = case["config"]
        tensors = {key: tensor.to(case["dtype"]) for key, tensor in random_tensors(config).items()}
        ids = torch.randint(config["vocab_size"], (LENGTH,)).tolist()
        expected = logits(config, tensors, ids)
        stored = {case.get("prefix", "") + key: tensor for key, tensor in tensors.items()}
        if config["model_type"] == "gpt2":  # the mask that old GPT-2 files carry
            stored["transformer.h.0.attn.bias"] = torch.ones(4, 4).tril().to(torch.uint8)
        save_file(stored, folder / "model.safetensors")
        (folder / "config.json").write_text(json.dumps(config, indent=1) + "\n")
        rounded = [[float(f"{value:.7g}") for value in row] for row in expected.tolist()]
        (folder / "expected.json").write_text(json.dumps({"ids": ids, "logits": rounded}) + "\n")


main()
