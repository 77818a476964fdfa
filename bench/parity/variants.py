"""Writes GPT-2 checkpoints of random shapes and flags, with the logits and greedy ids of transformers 5.

    python variants.py OUT     (OUT/NUMBER-ACTIVATION/: the checkpoint and reference.json; OUT/done at the end)

24 configs, each with three activation functions, so that all names of transformers' table but xielu are used.
"""

from __future__ import annotations

import json
import random
import sys
from pathlib import Path

import torch
import transformers
from transformers import GPT2Config, GPT2LMHeadModel
from transformers.activations import ACT2CLS

VARIANTS = 24
ACTIVATIONS = 3
PROMPT = 9
GREEDY = 20
TIE = 1e-3  # with a smaller difference of the two highest logits, rounding decides: another prompt is used


def main() -> None:
    out = Path(sys.argv[1])
    torch.set_num_threads(1)
    generator = random.Random(23)
    names = sorted(name for name in ACT2CLS if name != "xielu")
    for number in range(VARIANTS):
        flags = config_of(generator)
        half = generator.random() < 0.3
        for place in range(ACTIVATIONS):
            activation = names[(number * ACTIVATIONS + place) % len(names)]
            write(out / f"{number}-{activation}", GPT2Config(**flags, activation_function=activation), half, number * ACTIVATIONS + place)
    (out / "done").touch()


def config_of(generator: random.Random) -> dict[str, object]:
    heads = generator.choice([1, 2, 3, 4])
    width = heads * generator.choice([4, 8, 16])
    return {
        "n_layer": generator.randint(1, 4),
        "n_head": heads,
        "n_embd": width,
        "n_inner": generator.choice([None, width, 3 * width, 50]),
        "n_positions": generator.choice([32, 48, 64]),
        "vocab_size": generator.randint(40, 300),
        "layer_norm_epsilon": generator.choice([1e-5, 1e-3, 0.0]),
        "scale_attn_weights": generator.random() < 0.7,
        "scale_attn_by_inverse_layer_idx": generator.random() < 0.4,
        "reorder_and_upcast_attn": generator.random() < 0.3,
        "tie_word_embeddings": generator.random() < 0.6,
        "initializer_range": 0.3,
        "bos_token_id": 0,
        "eos_token_id": 0,
    }


def write(folder: Path, config: GPT2Config, half: bool, seed: int) -> None:
    torch.manual_seed(seed)
    folder.mkdir(parents=True, exist_ok=True)
    model = GPT2LMHeadModel(config)
    (model.half() if half else model).save_pretrained(folder)
    model = GPT2LMHeadModel.from_pretrained(folder, dtype=torch.float32, attn_implementation="eager").eval()
    while True:
        prompt = torch.randint(config.vocab_size, (1, PROMPT))
        with torch.inference_mode():
            logits = model(prompt).logits[0]
            ids, lead = greedy(model, prompt)
        if lead >= TIE:
            break
    facts = {"transformers": transformers.__version__, "torch": torch.__version__, "half": half}
    answer = {"prompt": prompt[0].tolist(), "greedy": ids, "logits": logits.flatten().tolist()}
    (folder / "reference.json").write_text(json.dumps({**facts, **answer}))


def greedy(model: GPT2LMHeadModel, prompt: torch.Tensor) -> tuple[list[int], float]:
    ids: list[int] = []
    lead = float("inf")
    for _ in range(GREEDY):
        best = model(prompt).logits[0, -1].topk(2)
        lead = min(lead, float(best.values[0] - best.values[1]))
        ids.append(int(best.indices[0]))
        prompt = torch.cat([prompt, best.indices[None, :1]], dim=1)
    return ids, lead


main()
