from __future__ import annotations

from dataclasses import replace

import pytest
import torch
from torch.nn import functional as F

from ostinato_training.config import DecoderConfig
from ostinato_training.errors import CheckpointError
from ostinato_training.model import Decoder
from ostinato_training.optimizer import Optimizer, OptimizerOptions

RELATIVE = DecoderConfig("performance-416", 416, 2, 32, 2, 64, 16, "relative", 16)
LEARNED = replace(RELATIVE, position="learned", max_distance=0)


def test_tensor_names_and_shapes_are_gpt2s() -> None:
    shapes = {name: list(tensor.shape) for name, tensor in Decoder(RELATIVE).state_dict().items() if not name.startswith("h.1.")}
    assert shapes == {
        "wte.weight": [416, 32],
        "h.0.ln_1.weight": [32],
        "h.0.ln_1.bias": [32],
        "h.0.attn.c_attn.weight": [32, 96],
        "h.0.attn.c_attn.bias": [96],
        "h.0.attn.c_proj.weight": [32, 32],
        "h.0.attn.c_proj.bias": [32],
        "h.0.attn.relative.weight": [2, 16, 16],
        "h.0.ln_2.weight": [32],
        "h.0.ln_2.bias": [32],
        "h.0.mlp.c_fc.weight": [32, 64],
        "h.0.mlp.c_fc.bias": [64],
        "h.0.mlp.c_proj.weight": [64, 32],
        "h.0.mlp.c_proj.bias": [32],
        "ln_f.weight": [32],
        "ln_f.bias": [32],
    }
    assert list(Decoder(LEARNED).state_dict()["wpe.weight"].shape) == [16, 32]
    assert list(Decoder(replace(RELATIVE, tie_word_embeddings=False)).state_dict()["lm_head.weight"].shape) == [416, 32]


@pytest.mark.parametrize("config", [RELATIVE, LEARNED, replace(RELATIVE, shared_heads=True, max_distance=5)])
def test_no_position_sees_the_future(config: DecoderConfig) -> None:
    torch.manual_seed(0)
    model = Decoder(config).eval()
    ids = torch.randint(0, 416, (1, 12))
    changed = ids.clone()
    changed[0, 7:] = (changed[0, 7:] + 1) % 416
    torch.testing.assert_close(model(ids)[0, :7], model(changed)[0, :7])
    assert not torch.allclose(model(ids)[0, 7], model(changed)[0, 7])


def test_one_layer_ignores_ids_outside_the_window() -> None:
    torch.manual_seed(0)
    model = Decoder(replace(RELATIVE, n_layer=1, n_positions=4, max_distance=4)).eval()
    ids = torch.randint(0, 416, (1, 10))
    changed = ids.clone()
    changed[0, 5] = (changed[0, 5] + 1) % 416
    same = torch.isclose(model(ids), model(changed), atol=1e-6).all(-1)[0]
    assert same.tolist() == [True] * 5 + [False] * 4 + [True]


@pytest.mark.parametrize("config", [RELATIVE, LEARNED])
def test_overfits_a_batch(config: DecoderConfig) -> None:
    torch.manual_seed(0)
    model = Decoder(config)
    optimizer = Optimizer(model, OptimizerOptions(), torch.float32)
    ids = torch.randint(0, 416, (4, 17))
    loss = torch.tensor(0.0)
    for _ in range(150):
        loss = F.cross_entropy(model(ids[:, :-1]).flatten(0, 1), ids[:, 1:].flatten())
        loss.backward()
        optimizer.step(1.0)
        optimizer.zero_grad()
    assert loss.item() < 0.1


def test_dropout_acts_in_training_only() -> None:
    model = Decoder(RELATIVE, dropout=0.5)
    ids = torch.randint(0, 416, (1, 8))
    assert not torch.equal(model(ids), model(ids))
    model.eval()
    assert torch.equal(model(ids), model(ids))


def test_learned_positions_end() -> None:
    with pytest.raises(ValueError, match="17 ids.*16 learned"):
        Decoder(LEARNED)(torch.zeros(1, 17, dtype=torch.int64))


def test_config_reads_what_it_writes_and_gpt2() -> None:
    assert DecoderConfig.from_json(RELATIVE.to_json(), "here") == RELATIVE
    assert DecoderConfig.from_json(LEARNED.to_json(), "here") == LEARNED
    gpt2 = {"model_type": "gpt2", "n_layer": 12, "n_embd": 768, "n_head": 12, "n_ctx": 1024, "n_inner": None, "vocab_size": 50257}
    config = DecoderConfig.from_json(gpt2, "here")
    assert (config.position, config.n_positions, config.n_inner, config.vocabulary) == ("learned", 1024, 3072, "text")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"model_type": "llama"}, 'model_type must be "ostinato" or "gpt2", got \'llama\''),
        ({"activation_function": "relu"}, "got 'relu'"),
        ({"n_head": 3}, "32 is not divisible by n_head 3"),
        ({"max_distance": 17}, "within 1 … n_positions \\(16\\), got 17"),
        ({"position": "rotary"}, "got 'rotary'"),
    ],
)
def test_config_errors(change: dict[str, object], message: str) -> None:
    with pytest.raises(CheckpointError, match=message):
        DecoderConfig.from_json(RELATIVE.to_json() | change, "here")
