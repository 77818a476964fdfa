"""Turns the training state of a run into a checkpoint folder.

    python -m ostinato_training.export RUN/state.pt FOLDER [--dtype fp16]
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import torch

from .checkpoint import read_state, resize, write_checkpoint
from .config import DecoderConfig
from .errors import TrainingError

DTYPES = {"fp16": torch.float16, "fp32": torch.float32}


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m ostinato_training.export", description="Training state to checkpoint folder.")
    parser.add_argument("state", type=Path, help="state.pt of a run, or the run's folder")
    parser.add_argument("folder", type=Path, help="checkpoint folder to write (replaced if it exists)")
    parser.add_argument("--dtype", choices=sorted(DTYPES), default="fp16", help="type of the stored weights (default fp16)")
    parser.add_argument("--window", type=int, help="another window than the run's, e.g. the crop length it was trained on")
    parser.add_argument("--max-distance", type=int, help="another reach of the relative positions")
    options = parser.parse_args(arguments)
    try:
        state = read_state(options.state / "state.pt" if options.state.is_dir() else options.state)
        config = DecoderConfig.from_json(state["config"], str(options.state))
        config, tensors = resize(config, state["model"], options.window, options.max_distance)
        write_checkpoint(options.folder, config, tensors, DTYPES[options.dtype])
    except TrainingError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    print(f"wrote {options.folder} ({options.dtype}) from step {state['step']}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
