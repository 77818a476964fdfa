"""The shape of a decoder, and its `config.json`.

One dataclass serves both formats: Ostinato's own, and Hugging Face's GPT-2. A text decoder with learned positions is
written as a GPT-2, so that other programs can load it; all others in Ostinato's format.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from .errors import CheckpointError

Position = Literal["learned", "relative"]

TASKS = ("accompany", "infill", "ending", "style")  # values of `ostinato dataset --tasks`
TEXT = "text"  # the vocabulary of text datasets: their ids belong to the tokenizer of the dataset


@dataclass(frozen=True)
class DecoderConfig:
    """The shape of a decoder; immutable, so that a model and its config stay consistent."""

    vocabulary: str  # name, e.g. "performance-416"
    vocab_size: int
    n_layer: int
    n_embd: int  # width of the residual stream
    n_head: int
    n_inner: int  # width inside the feed-forward layer
    n_positions: int  # the window: attention span in ids, the current one included
    position: Position
    max_distance: int = 0  # relative only: distances 0 … max_distance−1 have a learned row
    shared_heads: bool = False  # relative only: one table for all heads
    layer_norm_epsilon: float = 1e-5
    tie_word_embeddings: bool = True
    tasks: tuple[str, ...] = ()  # tasks it was trained for besides continuation: "accompany", "infill" …
    start_id: int | None = None  # text only: <|endoftext|>, with which every text begins

    def __post_init__(self) -> None:
        for name in ("vocab_size", "n_layer", "n_embd", "n_head", "n_inner", "n_positions"):
            if getattr(self, name) < 1:
                raise CheckpointError(f"config: {name} must be at least 1, got {getattr(self, name)}")
        if self.n_embd % self.n_head != 0:
            raise CheckpointError(f"config: n_embd {self.n_embd} is not divisible by n_head {self.n_head}")
        if self.position == "relative":
            if not 1 <= self.max_distance <= self.n_positions:
                raise CheckpointError(
                    f"config: max_distance must be within 1 … n_positions ({self.n_positions}), got {self.max_distance}"
                )
        elif self.position == "learned":
            if self.max_distance != 0 or self.shared_heads:
                raise CheckpointError("config: max_distance and shared_heads belong to relative positions only")
        else:
            raise CheckpointError(f'config: position must be "learned" or "relative", got {self.position!r}')

    @property
    def head_size(self) -> int:
        return self.n_embd // self.n_head

    def to_json(self) -> dict[str, Any]:
        """The content of `config.json`, which `from_json` reads back as an equal config."""
        if self.vocabulary == TEXT and self.position == "learned":
            return self._gpt2_json()
        content: dict[str, Any] = {
            "model_type": "ostinato",
            "vocabulary": self.vocabulary,
            "vocab_size": self.vocab_size,
            "n_layer": self.n_layer,
            "n_embd": self.n_embd,
            "n_head": self.n_head,
            "n_inner": self.n_inner,
            "position": self.position,
        }
        if self.position == "relative":
            content |= {"max_distance": self.max_distance, "shared_heads": self.shared_heads}
        if self.tasks:
            content["tasks"] = list(self.tasks)
        return content | {
            "n_positions": self.n_positions,
            "activation_function": "gelu_new",
            "layer_norm_epsilon": self.layer_norm_epsilon,
            "tie_word_embeddings": self.tie_word_embeddings,
        }

    def _gpt2_json(self) -> dict[str, Any]:
        """The fields of Hugging Face's GPT2Config."""
        content = {
            "model_type": "gpt2",
            "architectures": ["GPT2LMHeadModel"],
            "vocab_size": self.vocab_size,
            "n_layer": self.n_layer,
            "n_embd": self.n_embd,
            "n_head": self.n_head,
            "n_inner": self.n_inner,
            "n_positions": self.n_positions,
            "n_ctx": self.n_positions,
            "activation_function": "gelu_new",
            "layer_norm_epsilon": self.layer_norm_epsilon,
            "tie_word_embeddings": self.tie_word_embeddings,
        }
        return content if self.start_id is None else content | {"bos_token_id": self.start_id, "eos_token_id": self.start_id}

    @staticmethod
    def from_json(content: dict[str, Any], source: str) -> DecoderConfig:
        """Reads either format of `config.json`; `source` names the file in errors.

        Raises CheckpointError for a missing field or an unsupported architecture.
        """
        kind = content.get("model_type")
        if kind not in ("ostinato", "gpt2"):
            raise CheckpointError(f'{source}: model_type must be "ostinato" or "gpt2", got {kind!r}')
        activation = content.get("activation_function", "gelu_new")
        if activation != "gelu_new":
            raise CheckpointError(f'{source}: activation_function must be "gelu_new", got {activation!r}')
        try:
            width = int(content["n_embd"])
            position: Position = content["position"] if kind == "ostinato" else "learned"
            relative = position == "relative"
            window = content["n_positions"] if "n_positions" in content else content["n_ctx"]
            return DecoderConfig(
                vocabulary=str(content["vocabulary"]) if kind == "ostinato" else TEXT,
                vocab_size=int(content["vocab_size"]),
                n_layer=int(content["n_layer"]),
                n_embd=width,
                n_head=int(content["n_head"]),
                n_inner=int(content.get("n_inner") or 4 * width),
                n_positions=int(window),
                position=position,
                max_distance=int(content["max_distance"]) if relative else 0,
                shared_heads=bool(content.get("shared_heads", False)) if relative else False,
                layer_norm_epsilon=float(content.get("layer_norm_epsilon", 1e-5)),
                tie_word_embeddings=bool(content.get("tie_word_embeddings", True)),
                tasks=tuple(str(task) for task in content.get("tasks", ())) if kind == "ostinato" else (),
                start_id=content.get("bos_token_id") if kind == "gpt2" else None,
            )
        except KeyError as missing:
            raise CheckpointError(f"{source}: field {missing} is missing") from None

    @staticmethod
    def read(folder: Path) -> DecoderConfig:
        """Reads `config.json` of a checkpoint folder."""
        path = folder / "config.json"
        try:
            content = json.loads(path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            raise CheckpointError(f"{path} does not exist; a checkpoint folder holds config.json and model.safetensors") from None
        except json.JSONDecodeError as error:
            raise CheckpointError(f"{path} is not JSON: {error}") from None
        return DecoderConfig.from_json(content, str(path))

    def write(self, folder: Path) -> None:
        """Writes `config.json` into a folder that exists."""
        (folder / "config.json").write_text(json.dumps(self.to_json(), indent=2) + "\n", encoding="utf-8")
