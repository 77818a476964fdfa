from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from ostinato_training.checkpoint import read_checkpoint, read_model, read_state, resize, write_checkpoint
from ostinato_training.config import TEXT, DecoderConfig
from ostinato_training.errors import CheckpointError
from ostinato_training.model import Decoder

CONFIG = DecoderConfig("performance-416", 416, 2, 16, 2, 32, 8, "relative", 8)


def random_model(config: DecoderConfig = CONFIG) -> Decoder:
    torch.manual_seed(2)
    model = Decoder(config).eval()
    for parameter in model.parameters():
        torch.nn.init.normal_(parameter, std=0.3)
    return model


def resized(model: Decoder, window: int | None, max_distance: int | None) -> Decoder:
    config, tensors = resize(model.config, model.state_dict(), window, max_distance)
    other = Decoder(config).eval()
    other.load_state_dict(tensors)
    return other


def test_round_trip_and_replacement(tmp_path: Path) -> None:
    model, folder = random_model(), tmp_path / "model"
    write_checkpoint(folder, CONFIG, model.state_dict(), torch.float16)
    assert load_file(folder / "model.safetensors")["wte.weight"].dtype == torch.float16
    write_checkpoint(folder, CONFIG, model.state_dict(), torch.float32)
    assert [path.name for path in tmp_path.iterdir()] == ["model"]
    again = read_model(folder)
    assert again.config == CONFIG
    for name, tensor in model.state_dict().items():
        assert torch.equal(tensor, again.state_dict()[name])


def test_reads_hugging_face_names(tmp_path: Path) -> None:
    config = DecoderConfig(TEXT, 416, 1, 16, 2, 32, 8, "learned", start_id=415)
    model = random_model(config)
    write_checkpoint(tmp_path / "m", config, model.state_dict(), torch.float32)
    assert json.loads((tmp_path / "m" / "config.json").read_text())["model_type"] == "gpt2"
    assert DecoderConfig.read(tmp_path / "m") == config
    tensors = {"transformer." + name: tensor for name, tensor in model.state_dict().items()}
    tensors |= {"transformer.h.0.attn.bias": torch.ones(1, 1, 8, 8), "lm_head.weight": model.wte.weight.detach().clone()}
    save_file(tensors, tmp_path / "m" / "model.safetensors")
    ids = torch.arange(8)[None]
    assert torch.equal(read_model(tmp_path / "m")(ids), model(ids))


def test_text_with_relative_positions_is_no_gpt2() -> None:
    config = DecoderConfig(TEXT, 416, 1, 16, 2, 32, 8, "relative", 8)
    assert config.to_json()["model_type"] == "ostinato"
    assert DecoderConfig.from_json(config.to_json(), "") == config


def test_hugging_face_computes_the_same(tmp_path: Path) -> None:
    transformers = pytest.importorskip("transformers")
    config = DecoderConfig(TEXT, 50, 2, 16, 2, 24, 8, "learned", start_id=49)
    model = random_model(config)
    write_checkpoint(tmp_path / "m", config, model.state_dict(), torch.float32)
    theirs = transformers.GPT2LMHeadModel.from_pretrained(tmp_path / "m").eval()
    assert theirs.config.bos_token_id == theirs.config.eos_token_id == 49
    ids = torch.randint(0, 50, (3, 8))
    with torch.no_grad():
        torch.testing.assert_close(theirs(ids).logits, model(ids), rtol=1e-4, atol=1e-4)


def test_errors_name_the_tensor(tmp_path: Path) -> None:
    tensors = random_model().state_dict()
    for change, message in (
        ({"ln_f.bias": None}, "ln_f.bias is missing"),
        ({"ln_f.bias": torch.zeros(3)}, r"ln_f.bias has shape \[3\], config.json implies \[16\]"),
        ({"h.9.x": torch.zeros(1)}, "unknown tensor h.9.x"),
    ):
        changed = {name: tensor for name, tensor in (tensors | change).items() if tensor is not None}
        write_checkpoint(tmp_path / "m", CONFIG, changed, torch.float32)
        with pytest.raises(CheckpointError, match=message):
            read_model(tmp_path / "m")
    (tmp_path / "m" / "model.safetensors").write_bytes(b"no")
    with pytest.raises(CheckpointError, match="is damaged"):
        read_checkpoint(tmp_path / "m")


def test_lengthening_leaves_the_old_reach_as_it_was() -> None:
    model = random_model()
    longer = resized(model, 20, 14)
    table = longer.state_dict()["h.0.attn.relative.weight"]
    assert table.shape[1] == 14 and (table[:, :6] == 0).all()
    assert torch.equal(table[:, 6:], model.state_dict()["h.0.attn.relative.weight"])
    ids = torch.randint(0, 416, (2, 8))
    torch.testing.assert_close(longer(ids), model(ids))
    assert longer(torch.randint(0, 416, (1, 20))).shape == (1, 20, 416)


def test_shortening_drops_far_distances() -> None:
    model = random_model()
    shorter = resized(model, 5, None)
    assert (shorter.config.n_positions, shorter.config.max_distance) == (5, 5)
    ids = torch.randint(0, 416, (2, 5))
    torch.testing.assert_close(shorter(ids), model(ids))


def test_learned_positions_cannot_grow() -> None:
    config = DecoderConfig("performance-416", 416, 1, 16, 2, 32, 8, "learned")
    model = random_model(config)
    assert resized(model, 5, None).state_dict()["wpe.weight"].shape == (5, 16)
    with pytest.raises(CheckpointError, match="end at 8, so the window cannot grow to 9"):
        resize(config, model.state_dict(), 9, None)


def test_state_errors(tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match="does not exist"):
        read_state(tmp_path / "state.pt")
    (tmp_path / "state.pt").write_bytes(b"no")
    with pytest.raises(CheckpointError, match="is damaged"):
        read_state(tmp_path / "state.pt")
    torch.save({"version": 9}, tmp_path / "state.pt")
    with pytest.raises(CheckpointError, match="version must be 1, got 9"):
        read_state(tmp_path / "state.pt")
