"""Compares the NLL protocol with a reference that scores one id at a time."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest
import torch
from synthetic import END, START, melody, write_dataset

from ostinato_training.checkpoint import write_checkpoint
from ostinato_training.config import DecoderConfig
from ostinato_training.data import read_dataset
from ostinato_training.errors import OptionError
from ostinato_training.evaluate import Score, evaluate, evaluate_rolling, main, spread_pieces, text_figures
from ostinato_training.model import Decoder

WINDOW = 8
PIECES = [melody(12), melody(1), [5], melody(2)[: WINDOW + 1], melody(2)[:WINDOW], melody(4)[: WINDOW + 5]]


def small_model(position: str = "relative") -> Decoder:
    torch.manual_seed(1)
    reach = WINDOW if position == "relative" else 0
    model = Decoder(DecoderConfig("performance-416", 416, 2, 16, 2, 32, WINDOW, position, reach)).eval()  # type: ignore[arg-type]
    for parameter in model.parameters():
        torch.nn.init.normal_(parameter, std=0.3)
    return model


def literal(model: Decoder, piece: list[int]) -> float:
    """Nats of a piece, id by id; the block of each id follows the text of the protocol."""
    ids = [START, *piece]
    nats = 0.0
    for target in range(1, len(ids)):
        block = 0
        while target > block + WINDOW:  # the first of the half-overlapping blocks that predicts it
            block += WINDOW // 2
        context = ids[block:target]
        assert block == 0 or len(context) > WINDOW // 2
        logits = model(torch.tensor([context]))[0, -1].double()
        nats -= float(torch.log_softmax(logits, 0)[ids[target]])
    return nats


@pytest.mark.parametrize("position", ["relative", "learned"])
def test_equals_the_literal_protocol(tmp_path: Path, position: str) -> None:
    model, dataset = small_model(position), read_dataset(write_dataset(tmp_path, PIECES))
    with torch.no_grad():
        for index, piece in enumerate(PIECES):
            score = evaluate(model, dataset, [index])
            assert score.ids == len(piece)
            assert score.nats == pytest.approx(literal(model, piece), rel=1e-5)
        whole = evaluate(model, dataset, range(len(PIECES)))
        assert whole.nats == pytest.approx(sum(literal(model, piece) for piece in PIECES), rel=1e-5)
    assert whole.ids == sum(len(piece) for piece in PIECES)


def test_rolling_equals_a_cache_with_eviction(tmp_path: Path) -> None:
    """The reference keeps the keys and values of one window and evicts older ones, id by id."""
    model, pieces = small_model(), [melody(15), melody(9)]  # at most 64 ids, where the last span ends
    dataset = read_dataset(write_dataset(tmp_path, pieces))
    scores = evaluate_rolling(model, dataset, [0, 1])
    with torch.no_grad():
        nats = [rolling_nats(model, piece) for piece in pieces]
    for score, (begin, end) in zip(scores, [(0, 8), (8, 16), (16, 32), (32, 64)], strict=True):
        expected = [value for piece in nats for value in piece[begin:end]]
        assert score.ids == len(expected)
        assert score.rolling == pytest.approx(sum(expected) / len(expected), rel=1e-5)
    in_blocks = sum(score.blocks * score.ids for score in scores)
    assert in_blocks == pytest.approx(evaluate(model, dataset, [0, 1]).nats, rel=1e-6)


def rolling_nats(model: Decoder, piece: list[int]) -> list[float]:
    ids = [START, *piece]
    caches: list[list[tuple[torch.Tensor, torch.Tensor]]] = [[] for _ in model.h]
    nats = []
    for current, target in zip(ids, ids[1:]):
        x = model.wte.weight[current]
        for block, cache in zip(model.h, caches):
            q, k, v = block.attn.c_attn(block.ln_1(x)).view(3, 2, 8)  # [heads, head_size] each
            cache[:] = [*cache, (k, v)][-WINDOW:]
            rows = block.attn.relative.weight[:, -len(cache) :]  # [heads, seen, head_size]
            keys, values = (torch.stack([entry[part] for entry in cache], 1) for part in (0, 1))  # [heads, seen, head_size]
            weights = torch.softmax(torch.einsum("hd,hsd->hs", q * 8**-0.5, keys + rows), -1)
            x = x + block.attn.c_proj(torch.einsum("hs,hsd->hd", weights, values).flatten())
            x = x + block.mlp(block.ln_2(x))
        logits = model.wte.weight @ model.ln_f(x)
        nats.append(-float(torch.log_softmax(logits.double(), 0)[target]))
    return nats


def test_rolling_needs_relative_positions(dataset_folder: Path) -> None:
    with pytest.raises(OptionError, match="needs relative positions"):
        evaluate_rolling(small_model("learned"), read_dataset(dataset_folder), [0])


def test_end_is_not_counted(tmp_path: Path) -> None:
    model = small_model()
    one = evaluate(model, read_dataset(write_dataset(tmp_path / "a", [[5, 6, 7]])), [0])
    with torch.no_grad():
        model.wte.weight[END] = 3.0  # changes the prediction of END, which is not scored
    two = evaluate(model, read_dataset(tmp_path / "a"), [0])
    assert one.ids == two.ids == 3


def test_spread_pieces(dataset_folder: Path) -> None:
    dataset = read_dataset(dataset_folder)
    assert spread_pieces(dataset, 0) == spread_pieces(dataset, 9) == [0, 1, 2, 3, 4]
    assert spread_pieces(dataset, 1) == [2]
    assert spread_pieces(dataset, 2) == [1, 3]


def test_window_and_vocabulary_must_fit(dataset_folder: Path) -> None:
    dataset = read_dataset(dataset_folder)
    with pytest.raises(OptionError, match="within 2 … 8, got 9"):
        evaluate(small_model(), dataset, [0], window=9)
    with pytest.raises(OptionError, match="416 ids, the model 20"):
        evaluate(Decoder(DecoderConfig("other", 20, 1, 8, 1, 8, 8, "relative", 8)), dataset, [0])


def test_command_line(dataset_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    model = small_model()
    write_checkpoint(tmp_path / "model", model.config, model.state_dict(), torch.float32)
    assert main([str(tmp_path / "model"), str(dataset_folder), "--json"]) == 0
    result = json.loads(capsys.readouterr().out)
    score = evaluate(model, read_dataset(dataset_folder), range(5))
    assert result["ids"] == score.ids and result["nllPerId"] == pytest.approx(score.per_id, rel=1e-6)
    assert main([str(tmp_path / "model"), str(dataset_folder), "--rolling"]) == 0
    assert "windows" in capsys.readouterr().out
    assert main([str(tmp_path / "nowhere"), str(dataset_folder)]) == 1
    assert "config.json does not exist" in capsys.readouterr().err


def test_text_nll_per_character_and_byte(dataset_folder: Path) -> None:
    score = Score(nats=60.0, ids=20)
    assert text_figures(score, read_dataset(dataset_folder), [0, 1]) == {}
    header = json.loads((dataset_folder / "dataset.json").read_text())
    for index, piece in enumerate(header["pieces"]):
        piece |= {"characters": 10 * (index + 1), "bytes": 15 * (index + 1)}
    (dataset_folder / "dataset.json").write_text(json.dumps(header))
    figures = text_figures(score, read_dataset(dataset_folder), [0, 2])
    assert figures == {"nllPerCharacter": pytest.approx(60 / 40), "bitsPerByte": pytest.approx(60 / math.log(2) / 60)}
