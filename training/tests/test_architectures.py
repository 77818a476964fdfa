from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch
from synthetic import melody, write_dataset

from ostinato_training import architectures
from ostinato_training.architectures import Plan, build, count, main
from ostinato_training.data import read_dataset
from ostinato_training.lstm import Lstm, parameter_count, width_for

PLAN = Plan(ids=512, layers=2, width=32, heads=2, window=16, batch=4, dev_pieces=0, valid_pieces=0, measure_every=0)


@pytest.mark.parametrize("architecture", ["learned", "lstm"])
def test_parameters_match(dataset_folder: Path, architecture: str) -> None:
    dataset = read_dataset(dataset_folder)
    relative = count(build("relative", PLAN, dataset))
    assert abs(count(build(architecture, PLAN, dataset)) - relative) <= 0.05 * relative


def test_lstm_counts_its_parameters_and_sees_no_future() -> None:
    torch.manual_seed(0)
    model = Lstm(50, 12)
    assert count(model) == parameter_count(50, 12)
    assert width_for(50, parameter_count(50, 12) + 3) == 12
    ids = torch.randint(0, 50, (1, 9))
    changed = ids.clone()
    changed[0, 5:] = (changed[0, 5:] + 1) % 50
    torch.testing.assert_close(model(ids)[0, :5], model(changed)[0, :5])
    assert not torch.allclose(model(ids)[0, 5:], model(changed)[0, 5:])


def test_compares_and_resumes(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    data = write_dataset(tmp_path / "data", [melody(30), melody(40, 48)])
    arguments = ["--train", str(data), "--dev", str(data), "--valid", str(data), "--out", str(tmp_path / "out")]
    shape = ["--ids", "512", "--layers", "1", "--width", "16", "--heads", "2", "--window", "16", "--batch", "4"]
    assert main([*arguments, *shape]) == 0
    rows = capsys.readouterr().out.splitlines()
    assert len(rows) == 2 + sum(len(rates) + 1 for rates in architectures.RATES.values())  # the best with a second seed
    runs = json.loads((tmp_path / "out" / "runs.json").read_text())["runs"]
    assert {run["architecture"] for run in runs} == {"learned", "relative", "lstm"}
    assert all(0 < run["valid"] < 7 and set(run["by_windows"]) == {"1", "2", "4", "8"} for run in runs)
    for architecture in architectures.RATES:
        of_it = [run for run in runs if run["architecture"] == architecture]
        best = min((run for run in of_it if run["seed"] == 0), key=lambda run: run["dev"])
        assert [run["lr_adam"] for run in of_it if run["seed"] == 1] == [best["lr_adam"]]

    def train_nothing(*_: object) -> None:
        raise AssertionError("every run is there already")

    monkeypatch.setattr(architectures, "train_one", train_nothing)
    assert main([*arguments, *shape]) == 0
    assert capsys.readouterr().out.splitlines() == rows
    assert main([*arguments, *shape[:-1], "5"]) == 1
    assert "runs with other options" in capsys.readouterr().err


def test_runs_chosen_rates_and_measures_on_the_way(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = write_dataset(tmp_path / "data", [melody(30), melody(40, 48)])
    arguments = ["--train", str(data), "--dev", str(data), "--valid", str(data), "--out", str(tmp_path / "out")]
    shape = ["--ids", "512", "--layers", "1", "--width", "16", "--heads", "2", "--window", "16", "--batch", "4"]
    assert main([*arguments, *shape, "--rates", "lstm=0/0.01", "--rates", "relative=0.02/0.003", "--measure-every", "200"]) == 0
    runs = json.loads((tmp_path / "out" / "runs.json").read_text())["runs"]
    assert [(run["architecture"], run["lr_adam"], run["seed"]) for run in runs] == [("lstm", 0.01, 0), ("relative", 0.003, 0)]
    assert all(list(run["dev_by_ids"]) == ["256", "448"] for run in runs)  # the first steps of 64 ids at or past 200 and 400
    assert f"| ids seen | 256 | 448 |\n| --- | --- | --- |\n| lstm, 0 / 0.01 | {runs[0]['dev_by_ids']['256']:.3f}" in capsys.readouterr().out


@pytest.mark.parametrize("rates", ["gru=0/0.01", "lstm=0.01", "lstm=fast/slow"])
def test_unclear_rates_are_an_error(rates: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["--train", "a", "--dev", "b", "--valid", "c", "--out", "d", "--ids", "1", "--rates", rates])
    assert stopped.value.code == 2
    assert ("no architecture 'gru'" if rates.startswith("gru") else "no two learning rates") in capsys.readouterr().err
