"""Turns the training state of a run into a checkpoint folder.

    python -m ostinato_training.export RUN FOLDER [--dtype fp16] [--best] [--tasks accompany,infill] [--tokenizer tokenizer.json]
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace
from pathlib import Path

import torch

from .checkpoint import read_checkpoint, read_state, resize, write_checkpoint
from .config import TASKS, TEXT, DecoderConfig
from .errors import OptionError, TrainingError
from .tokens import read_tokens

DTYPES = {"fp16": torch.float16, "fp32": torch.float32}


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m ostinato_training.export", description="Training state to checkpoint folder.")
    parser.add_argument("state", type=Path, help="state.pt of a run, or the run's folder")
    parser.add_argument("folder", type=Path, help="checkpoint folder to write (replaced if it exists)")
    parser.add_argument("--dtype", choices=sorted(DTYPES), default="fp16", help="type of the stored weights (default fp16)")
    parser.add_argument("--window", type=int, help="window of the checkpoint, e.g. the crop length of the training (default: the run's)")
    parser.add_argument("--max-distance", type=int, help="maximum distance of the relative positions (default: the run's)")
    parser.add_argument("--best", action="store_true", help="export the weights of the lowest dev NLL instead of the latest")
    parser.add_argument("--tasks", help=f"tasks of the dataset, for config.json: some of {','.join(TASKS)}")
    parser.add_argument("--tokenizer", type=Path, help="tokenizer.json to copy into the folder of a text model")
    options = parser.parse_args(arguments)
    try:
        if options.best:
            config, tensors = read_checkpoint(options.state / "best")
            source = "the lowest dev NLL"
        else:
            state = read_state(options.state / "state.pt" if options.state.is_dir() else options.state)
            average = state.get("average")
            config = DecoderConfig.from_json(state["config"], str(options.state))
            tensors = state["model"] if average is None else average["model"]
            source = f"step {state['step']}" if average is None else f"the mean of the last steps before {state['step']}"
        if options.tokenizer is not None:
            check_tokenizer(options.tokenizer, config)
        if options.tasks is not None:
            config = replace(config, tasks=checked_tasks(options.tasks, config))
        config, tensors = resize(config, tensors, options.window, options.max_distance)
        write_checkpoint(options.folder, config, tensors, DTYPES[options.dtype], options.tokenizer)
    except TrainingError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    print(f"wrote {options.folder} ({options.dtype}) from {source}")
    return 0


def checked_tasks(text: str, config: DecoderConfig) -> tuple[str, ...]:
    """Parses a list of tasks; raises OptionError for an unknown one."""
    if config.vocabulary == TEXT:
        raise OptionError("the model is a text model, and tasks are for music: omit --tasks")
    names = [name.strip() for name in text.split(",")]
    for name in names:
        if name not in TASKS:
            raise OptionError(f"{name!r} is not a task; choose from {', '.join(TASKS)}")
    return tuple(task for task in TASKS if task in names)


def check_tokenizer(path: Path, config: DecoderConfig) -> None:
    """Raises OptionError if the vocabulary size of a tokenizer.json differs from the model's."""
    if config.vocabulary != TEXT:
        raise OptionError(f"the model reads {config.vocabulary}, which needs no tokenizer: omit --tokenizer")
    size = max(read_tokens(path)) + 1
    if size != config.vocab_size:
        raise OptionError(f"{path} has {size} ids, the model {config.vocab_size}: use the tokenizer of its dataset")


if __name__ == "__main__":
    sys.exit(main())
