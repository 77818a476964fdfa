"""The command line, with complete runs of a very small model."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import torch
from synthetic import START, write_dataset

from ostinato_training import export
from ostinato_training.checkpoint import read_checkpoint, read_state, write_state
from ostinato_training.log import read_rows
from ostinato_training.tokens import read_tokens, tokens_hash
from ostinato_training.train import main

ROOM = Path(__file__).parents[1]
SMALL = "--layers 1 --width 16 --heads 2 --window 32 --length 16 --batch 4 --warmup 3 --log-every 1 --eval-every 4 --eval-pieces 2 --precision fp32".split()


def run(data: Path, out: Path, *options: str) -> int:
    return main(["--train", str(data), "--dev", str(data), "--out", str(out), *SMALL, *options])


def tensors(out: Path) -> dict[str, torch.Tensor]:
    return read_checkpoint(out / "checkpoint")[1]


def figures(out: Path) -> list[tuple[int, int, float, float | None, float]]:
    return [(row.step, row.ids, row.train_loss, row.dev_nll, row.lr) for row in read_rows(out / "log.csv")]


@pytest.mark.parametrize("options", [[], ["--dropout", "0.2", "--accumulate", "2"], ["--precision", "bf16"], ["--noise", "0.7"], ["--average", "5"]])
def test_resume_is_exact(dataset_folder: Path, tmp_path: Path, options: list[str]) -> None:
    options = [*options, "--decay", "4"]
    assert run(dataset_folder, tmp_path / "whole", "--steps", "12", *options) == 0
    assert run(dataset_folder, tmp_path / "parts", "--steps", "12", "--save-every", "8", *options) == 0
    assert run(dataset_folder, tmp_path / "cut", "--steps", "8", *options[:-1], "0") == 0
    assert main(["--resume", "--out", str(tmp_path / "cut"), "--steps", "12", "--decay", "4"]) == 0
    assert figures(tmp_path / "whole") == figures(tmp_path / "cut") == figures(tmp_path / "parts")
    whole, parts = read_state(tmp_path / "whole" / "state.pt"), read_state(tmp_path / "parts" / "state.pt")
    for name, tensor in whole["model"].items():
        assert torch.equal(tensor, parts["model"][name])
        if whole["average"] is not None:
            tensor = whole["average"]["model"][name]
            assert torch.equal(tensor, parts["average"]["model"][name])
        assert torch.equal(tensor, tensors(tmp_path / "cut")[name])


def test_it_learns_and_writes_its_files(dataset_folder: Path, tmp_path: Path) -> None:
    assert run(dataset_folder, tmp_path / "run", "--steps", "60", "--decay", "20", "--eval-every", "30", "--lr-adam", "0.02") == 0
    assert {"state.pt", "log.csv", "checkpoint", "best"} <= {path.name for path in (tmp_path / "run").iterdir()}
    rows = read_rows(tmp_path / "run" / "log.csv")
    assert len(rows) == 60 and rows[0].train_loss > 5.5 and rows[-1].train_loss < 3.2
    assert rows[-1].dev_nll is not None and rows[-1].dev_nll < 3.0
    assert rows[-1].lr == pytest.approx(0.02 / 20)


def test_the_mean_of_the_last_steps(dataset_folder: Path, tmp_path: Path) -> None:
    """Exact for as many steps as asked for; exponential afterwards. A resumed run without a mean begins one."""
    folder = tmp_path / "run"
    assert run(dataset_folder, folder, "--steps", "2") == 0
    expected, steps = {}, []
    for step in (3, 4, 5):
        assert main(["--resume", "--out", str(folder), "--steps", str(step), "--average", "2"]) == 0
        steps.append(read_state(folder / "state.pt")["model"])
        share = 1 / min(len(steps), 2)
        expected = {name: weights if step == 3 else expected[name].lerp(weights, share) for name, weights in steps[-1].items()}
    for name, tensor in tensors(folder).items():
        assert torch.allclose(tensor, expected[name])
    assert export.main([str(folder), str(tmp_path / "exported"), "--dtype", "fp32"]) == 0
    for name, tensor in read_checkpoint(tmp_path / "exported")[1].items():
        assert torch.allclose(tensor, expected[name])
    assert main(["--resume", "--out", str(folder), "--steps", "6", "--average", "0"]) == 0
    assert read_state(folder / "state.pt")["average"] is None


def test_decay_now(dataset_folder: Path, tmp_path: Path) -> None:
    assert run(dataset_folder, tmp_path / "run", "--steps", "6") == 0
    assert main(["--resume", "--out", str(tmp_path / "run"), "--decay-now", "4"]) == 0
    rates = [row.lr for row in read_rows(tmp_path / "run" / "log.csv")]
    assert rates[5:] == pytest.approx([0.02, 0.02, 0.015, 0.01, 0.005])


def test_a_run_older_than_an_option_resumes(dataset_folder: Path, tmp_path: Path) -> None:
    assert run(dataset_folder, tmp_path / "run", "--steps", "4") == 0
    state = read_state(tmp_path / "run" / "state.pt")
    del state["options"]["noise"]
    write_state(tmp_path / "run" / "state.pt", state)
    assert main(["--resume", "--out", str(tmp_path / "run"), "--steps", "6"]) == 0
    assert read_state(tmp_path / "run" / "state.pt")["position"]["place"]["phase"] == 0  # nothing has changed


def test_length_and_batch_may_change_on_resume(dataset_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(dataset_folder, tmp_path / "run", "--steps", "4") == 0
    assert main(["--resume", "--out", str(tmp_path / "run"), "--steps", "8", "--length", "32", "--batch", "2"]) == 0
    assert "--length, --batch changed: the data starts a new epoch in a new order (phase 1)" in capsys.readouterr().err
    assert read_state(tmp_path / "run" / "state.pt")["position"]["place"]["phase"] == 1


def test_init_continues_from_weights(dataset_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(dataset_folder, tmp_path / "first", "--steps", "40", "--decay", "10") == 0
    before = read_rows(tmp_path / "first" / "log.csv")[-1].train_loss
    start = ["--train", str(dataset_folder), "--dev", str(dataset_folder), "--init", str(tmp_path / "first" / "checkpoint")]
    shape = ["--window", "48", "--max-distance", "40", "--length", "48", "--batch", "4", "--steps", "1", "--log-every", "1"]
    assert main([*start, *shape, "--out", str(tmp_path / "second")]) == 0
    config, _ = read_checkpoint(tmp_path / "second" / "checkpoint")
    assert (config.n_positions, config.max_distance, config.n_layer) == (48, 40, 1)
    assert read_rows(tmp_path / "second" / "log.csv")[0].train_loss < before + 0.5
    assert main([*start, "--layers", "2", "--out", str(tmp_path / "third")]) == 1
    assert "--layers 2 contradicts --init" in capsys.readouterr().err


def test_export_of_a_text_model(dataset_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    header = json.loads((dataset_folder / "dataset.json").read_text())
    header["vocabulary"] |= {"name": "text", "ranges": []}
    (dataset_folder / "dataset.json").write_text(json.dumps(header))
    learned = ["--position", "learned", "--length", "32", "--no-augment"]
    assert run(dataset_folder, tmp_path / "run", "--steps", "8", *learned) == 0
    tokenizer = tmp_path / "t.json"
    tokenizer.write_text(json.dumps({"model": {"vocab": {"a": 0, "b": 414}}, "added_tokens": [{"id": 415}]}))
    arguments = [str(tmp_path / "run"), str(tmp_path / "model"), "--best", "--dtype", "fp32", "--tokenizer", str(tokenizer)]
    assert export.main(arguments) == 0
    config, exported = read_checkpoint(tmp_path / "model")
    best = read_checkpoint(tmp_path / "run" / "best")[1]
    assert all(torch.equal(tensor, best[name]) for name, tensor in exported.items())
    assert (tmp_path / "model" / "tokenizer.json").read_text() == tokenizer.read_text()
    assert json.loads((tmp_path / "model" / "config.json").read_text())["model_type"] == "gpt2"
    assert config.start_id == START
    # A text model of either origin can be trained on.
    assert run(dataset_folder, tmp_path / "more", "--steps", "4", "--length", "32", "--no-augment", "--init", str(tmp_path / "model")) == 0

    for content, message in (
        ({"model": {"vocab": {"a": 0}}}, "has 1 ids, the model 416"),
        ({"vocab": {}}, "is not a tokenizer.json"),
        ({"model": {"vocab": {}}}, "is not a tokenizer.json"),
    ):
        tokenizer.write_text(json.dumps(content))
        assert export.main(arguments) == 1
        assert message in capsys.readouterr().err


def test_init_checks_the_tokenizer(dataset_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    learned = ["--position", "learned", "--length", "32", "--no-augment", "--steps", "1"]
    header = json.loads((dataset_folder / "dataset.json").read_text())
    header["vocabulary"] |= {"name": "text", "ranges": []}
    (dataset_folder / "dataset.json").write_text(json.dumps(header))
    tokenizer = tmp_path / "t.json"
    tokenizer.write_text(json.dumps({"model": {"vocab": {"a": 0, "b": 414}}, "added_tokens": [{"id": 415, "content": "<end>"}]}))
    assert run(dataset_folder, tmp_path / "run", *learned) == 0
    assert export.main([str(tmp_path / "run"), str(tmp_path / "model"), "--tokenizer", str(tokenizer)]) == 0
    init = ["--init", str(tmp_path / "model")]
    header["vocabulary"]["tokensSha256"] = tokens_hash({0: "a", 414: "c", 415: "<end>"})
    (dataset_folder / "dataset.json").write_text(json.dumps(header))
    assert run(dataset_folder, tmp_path / "other", *learned, *init) == 1
    assert f"was made with another tokenizer than {tmp_path / 'model' / 'tokenizer.json'}" in capsys.readouterr().err
    header["vocabulary"]["tokensSha256"] = tokens_hash(read_tokens(tokenizer))
    (dataset_folder / "dataset.json").write_text(json.dumps(header))
    assert run(dataset_folder, tmp_path / "same", *learned, *init) == 0
    header["vocabulary"]["size"] = 500
    (dataset_folder / "dataset.json").write_text(json.dumps(header))
    assert run(dataset_folder, tmp_path / "larger", *learned, *init) == 1
    assert "has vocabulary text (500 ids), the model text (416 ids)" in capsys.readouterr().err


def test_music_has_no_tokenizer(dataset_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(dataset_folder, tmp_path / "run", "--steps", "1") == 0
    assert export.main([str(tmp_path / "run"), str(tmp_path / "model"), "--tokenizer", "t.json"]) == 1
    assert "reads performance-416, which needs no tokenizer" in capsys.readouterr().err


def test_export(dataset_folder: Path, tmp_path: Path) -> None:
    assert run(dataset_folder, tmp_path / "run", "--steps", "2") == 0
    assert export.main([str(tmp_path / "run"), str(tmp_path / "model"), "--window", "16"]) == 0
    config, half = read_checkpoint(tmp_path / "model")
    assert (config.n_positions, config.max_distance) == (16, 16)
    torch.testing.assert_close(half["wte.weight"], tensors(tmp_path / "run")["wte.weight"].half().float())


def test_export_names_the_tasks(dataset_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(dataset_folder, tmp_path / "run", "--steps", "1") == 0
    arguments = [str(tmp_path / "run"), str(tmp_path / "model"), "--tasks"]
    assert export.main([*arguments, "infill, accompany"]) == 0
    assert json.loads((tmp_path / "model" / "config.json").read_text())["tasks"] == ["accompany", "infill"]
    assert read_checkpoint(tmp_path / "model")[0].tasks == ("accompany", "infill")
    assert export.main([*arguments, "juggle"]) == 1
    assert "'juggle' is not a task; choose from accompany, infill" in capsys.readouterr().err


def test_blocks_may_be_longer_than_the_window(dataset_folder: Path, tmp_path: Path) -> None:
    assert run(dataset_folder, tmp_path / "run", "--steps", "2", "--window", "16", "--length", "48") == 0
    assert read_checkpoint(tmp_path / "run" / "checkpoint")[0].n_positions == 16


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--length", "64", "--position", "learned"], "--length 64 is longer than --window 32, and learned positions end there"),
        (["--position", "learned", "--length", "16"], "untrained"),
        (["--position", "learned", "--max-distance", "9"], "belong to --position relative"),
        (["--steps", "5", "--decay", "6"], "--decay 6 is longer"),
        (["--dropout", "1"], "--dropout must be within"),
        (["--decay-now", "6"], "--decay-now needs --resume: add it"),
        (["--resume"], "nothing to resume"),
        (["--heads", "3"], "16 is not divisible by n_head 3"),
        (["--batch", "0"], "--batch must be at least 1, got 0"),
    ],
)
def test_option_errors(dataset_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], options: list[str], message: str) -> None:
    assert run(dataset_folder, tmp_path / "run", *options) == 1
    assert message in capsys.readouterr().err


def test_a_run_is_not_overwritten_and_keeps_its_shape(dataset_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(dataset_folder, tmp_path / "run", "--steps", "1") == 0
    assert run(dataset_folder, tmp_path / "run", "--steps", "1") == 1
    assert "already holds a run" in capsys.readouterr().err
    assert main(["--resume", "--out", str(tmp_path / "run"), "--width", "32"]) == 1
    assert "--width cannot change in a run (16)" in capsys.readouterr().err
    other = write_dataset(tmp_path / "other", [[5, 6, 7]], size=500)
    assert main(["--resume", "--out", str(tmp_path / "run"), "--steps", "2", "--train", str(other)]) == 1
    assert "performance-416 (500 ids), the model performance-416 (416 ids)" in capsys.readouterr().err


def process(arguments: list[str]) -> subprocess.Popen[str]:
    environment = os.environ | {"PYTHONPATH": str(ROOM), "OMP_NUM_THREADS": "1"}
    return subprocess.Popen([sys.executable, *arguments], env=environment, stderr=subprocess.PIPE, text=True)


def test_a_signal_saves_and_ends(dataset_folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "run"
    data = ["--train", str(dataset_folder), "--dev", str(dataset_folder), "--out", str(out)]
    child = process(["-m", "ostinato_training.train", *data, *SMALL, "--steps", "1000000", "--eval-every", "1000000"])
    while not (out / "log.csv").exists() or len(read_rows(out / "log.csv")) < 3:
        assert child.poll() is None
        time.sleep(0.05)
    child.send_signal(signal.SIGTERM)
    _, printed = child.communicate(timeout=300)  # only a guard against a hang
    assert child.returncode == 0 and "stopped at step" in printed
    assert read_state(out / "state.pt")["step"] >= 3


def test_two_processes_equal_one_with_the_double_batch(dataset_folder: Path, tmp_path: Path) -> None:
    assert run(dataset_folder, tmp_path / "one", "--steps", "6", "--batch", "4") == 0
    data = ["--train", str(dataset_folder), "--dev", str(dataset_folder), "--out", str(tmp_path / "two")]
    torchrun = ["-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2", "-m", "ostinato_training.train"]
    child = process([*torchrun, *data, *SMALL, "--steps", "6", "--batch", "2", "--device", "cpu"])
    _, printed = child.communicate(timeout=300)  # only a guard against a hang
    assert child.returncode == 0, printed
    one, two = tensors(tmp_path / "one"), tensors(tmp_path / "two")
    for name, tensor in one.items():
        torch.testing.assert_close(two[name], tensor, rtol=0, atol=1e-5)
    for left, right in zip(figures(tmp_path / "one"), figures(tmp_path / "two")):
        assert left == pytest.approx(right, abs=1e-4)
