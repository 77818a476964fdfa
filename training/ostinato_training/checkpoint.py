"""Checkpoint folders (config.json + model.safetensors) and the private state a run resumes from."""

from __future__ import annotations

import os
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor
from torch.nn import functional as F

from .config import DecoderConfig
from .errors import CheckpointError
from .model import Decoder

STATE_VERSION = 1


def write_checkpoint(
    folder: Path, config: DecoderConfig, tensors: dict[str, Tensor], dtype: torch.dtype, tokenizer: Path | None = None
) -> None:
    """Writes a checkpoint folder atomically: to a temporary folder next to it, which is then renamed.

    tokenizer  a tokenizer.json to copy into it
    """
    temporary, previous = folder.with_name(folder.name + ".tmp"), folder.with_name(folder.name + ".old")
    for leftover in (temporary, previous):
        if leftover.exists():
            shutil.rmtree(leftover)
    temporary.mkdir(parents=True)
    config.write(temporary)
    stored = {name: tensor.detach().to("cpu", dtype).contiguous() for name, tensor in tensors.items()}
    save_file(stored, temporary / "model.safetensors", metadata={"format": "pt"})  # required by Hugging Face's loader
    if tokenizer is not None:
        shutil.copyfile(tokenizer, temporary / "tokenizer.json")
    if folder.exists():
        os.rename(folder, previous)
    os.rename(temporary, folder)
    if previous.exists():
        shutil.rmtree(previous)


def read_checkpoint(folder: Path) -> tuple[DecoderConfig, dict[str, Tensor]]:
    """Reads a checkpoint folder, Ostinato's or a Hugging Face GPT-2; tensors come in float32."""
    config = DecoderConfig.read(folder)
    path = folder / "model.safetensors"
    if not path.is_file():
        raise CheckpointError(f"{path} does not exist; a checkpoint folder holds config.json and model.safetensors")
    try:
        stored = load_file(path)
    except SafetensorError as error:
        raise CheckpointError(f"{path} is damaged: {error}") from None
    tensors = {}
    for name, tensor in stored.items():
        short = name.removeprefix("transformer.")
        if short.endswith((".attn.bias", ".attn.masked_bias")):
            continue  # GPT-2's mask buffers, not weights
        if short == "lm_head.weight" and config.tie_word_embeddings:
            continue  # a tied head stored twice
        tensors[short] = tensor.float()
    return config, tensors


def load_tensors(model: Decoder, tensors: dict[str, Tensor], source: str) -> None:
    """Copies tensors into a model of the same shape; raises CheckpointError with the name of the first mismatch."""
    wanted = model.state_dict()
    for name, tensor in wanted.items():
        if name not in tensors:
            raise CheckpointError(f"{source}: tensor {name} is missing")
        if tensors[name].shape != tensor.shape:
            raise CheckpointError(f"{source}: {name} has shape {list(tensors[name].shape)}, config.json implies {list(tensor.shape)}")
    unknown = sorted(tensors.keys() - wanted.keys())
    if unknown:
        raise CheckpointError(f"{source}: unknown tensor {unknown[0]}")
    model.load_state_dict(tensors)


def read_model(folder: Path) -> Decoder:
    """The model of a checkpoint folder, ready to evaluate."""
    config, tensors = read_checkpoint(folder)
    model = Decoder(config)
    load_tensors(model, tensors, str(folder))
    return model.eval()


def resize(
    config: DecoderConfig, tensors: dict[str, Tensor], window: int | None, max_distance: int | None
) -> tuple[DecoderConfig, dict[str, Tensor]]:
    """The same weights for another window or another maximum distance of the relative positions.

    New distances get zero rows (in front: the last row is distance 0), which leaves logits within the old
    maximum distance unchanged; a smaller maximum drops the far rows. Learned positions can only be removed:
    an untrained position has no neutral value.
    """
    window = config.n_positions if window is None else window
    if config.position == "learned":
        if max_distance is not None:
            raise CheckpointError("max_distance belongs to relative positions; this checkpoint has learned ones")
        if window > config.n_positions:
            raise CheckpointError(f"learned positions end at {config.n_positions}, so the window cannot grow to {window}")
        return replace(config, n_positions=window), {**tensors, "wpe.weight": tensors["wpe.weight"][:window].clone()}
    reach = min(config.max_distance, window) if max_distance is None else max_distance
    resized = dict(tensors)
    for name, tensor in tensors.items():
        if name.endswith(".attn.relative.weight"):  # [heads, distances, head_size]
            kept = tensor[:, max(0, tensor.shape[1] - reach) :]
            resized[name] = F.pad(kept, (0, 0, max(0, reach - tensor.shape[1]), 0)).clone()
    return replace(config, n_positions=window, max_distance=reach), resized


def write_state(path: Path, state: dict[str, Any]) -> None:
    """Writes a training state atomically: to a temporary file, which is then renamed."""
    temporary = path.with_name(path.name + ".tmp")
    torch.save({"version": STATE_VERSION} | state, temporary)
    os.replace(temporary, path)


def read_state(path: Path) -> dict[str, Any]:
    """Reads a training state written by `write_state`."""
    if not path.is_file():
        raise CheckpointError(f"{path} does not exist, so there is nothing to resume or export")
    try:
        state: dict[str, Any] = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:  # torch raises several types for a damaged file
        raise CheckpointError(f"{path} is damaged: {error}") from None
    if state.get("version") != STATE_VERSION:
        raise CheckpointError(f"{path}: state version must be {STATE_VERSION}, got {state.get('version')!r}")
    return state
