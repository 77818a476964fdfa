"""Makes activations.json beside this file: what PyTorch computes in float64; and the folder pytorch-double.

    python test/models/golden/make_activations.py        (needs torch 2.13, transformers 5.24 and safetensors)

activations.json: the values of each function of `ACT2FN`, and logits of the network of pytorch-buffers with other keys in its config.
`slopes` are the weights `h.{i}.mlp.act.weight` of prelu, the first one for the values. xielu is omitted: it has weights of its own
in bfloat16. transformers 5 refuses the integer 0 as `layer_norm_epsilon`.
pytorch-double: a network of one layer in float64, as safetensors and as pytorch_model.bin, with its logits.
"""

import json
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from transformers import GPT2Config, GPT2LMHeadModel
from transformers.activations import ACT2CLS, ACT2FN

HERE = Path(__file__).parent
SIZES = {"vocab_size": 24, "n_layer": 3, "n_embd": 8, "n_head": 2, "n_positions": 16}
DOUBLE = {"model_type": "gpt2", "activation_function": "gelu", "layer_norm_epsilon": 0.0, **SIZES, "n_layer": 1}
IDS = [3, 1, 4, 1, 5, 9, 2, 6, 5, 23, 0, 7]
SLOPES = [0.25, -0.5, 1.5]
X = [-30, -12, -9, -6, -5, -4, -3.5, -3, -2.5, -2, -1.5, -1, -0.7, -0.5, -0.3, -0.1, -0.01, 0, 0.001, 0.05, 0.2, 0.4, 0.6, 0.75, 1, 1.25, 1.7, 2, 2.25, 3, 3.25, 4, 5, 6, 6.5, 10.5, 12, 30]
NETWORKS = [{"activation_function": "gelu"}, {"activation_function": "prelu"}, {"layer_norm_epsilon": 0.0}]


def logits(weights: dict[str, torch.Tensor], keys: dict[str, object]) -> list[list[float]]:
    model = GPT2LMHeadModel(GPT2Config(**{**SIZES, **keys}, attn_implementation="eager")).double().eval()
    found = model.transformer.load_state_dict({name: tensor.double() for name, tensor in weights.items()}, strict=False)
    assert not found.missing_keys, found
    model.tie_weights()
    with torch.no_grad():
        return [[round(value, 6) for value in row] for row in model(torch.tensor([IDS])).logits[0].tolist()]


def values(name: str) -> list[float]:
    with torch.no_grad():
        return [round(value, 9) for value in ACT2FN[name].double()(torch.tensor(X, dtype=torch.float64)).tolist()]


def main() -> None:
    weights = load_file(HERE / "pytorch-buffers" / "model.safetensors")
    slopes = {f"h.{i}.mlp.act.weight": torch.tensor([slope]) for i, slope in enumerate(SLOPES)}
    functions = {name: values(name) for name in sorted(ACT2CLS) if name != "xielu"}
    networks = [{**keys, "logits": logits(weights | slopes if "prelu" in keys.values() else weights, keys)} for keys in NETWORKS]
    (HERE / "activations.json").write_text(json.dumps({"x": X, "functions": functions, "ids": IDS, "slopes": SLOPES, "networks": networks}) + "\n")

    torch.manual_seed(2)
    names = {name: tensor.shape for name, tensor in weights.items() if not name.startswith(("h.1.", "h.2."))}
    double = {name: (1.0 if ".ln_" in name and name.endswith("weight") else 0.0) + 0.8 * torch.randn(shape, dtype=torch.float64) for name, shape in names.items()}
    target = HERE / "pytorch-double"
    target.mkdir(exist_ok=True)
    (target / "config.json").write_text(json.dumps(DOUBLE, indent=2) + "\n")
    torch.save(double, target / "pytorch_model.bin")
    save_file(double, target / "model.safetensors")
    (target / "model.safetensors").chmod(0o644)
    (target / "expected.json").write_text(json.dumps({"ids": IDS, "logits": logits(double, DOUBLE)}) + "\n")


main()
