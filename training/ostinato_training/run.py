"""A training run: its model, optimizer and data, and one update at a time."""

from __future__ import annotations

import contextlib
import math
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

import torch
from torch.nn import functional as F

from .augment import Augmenter, Variants
from .averaging import WeightAverage
from .batches import Batch, BatchStream, DataCursor, prefetch
from .config import DecoderConfig
from .data import IGNORED, Dataset
from .distributed import Group
from .errors import OptionError
from .input_corruption import InputCorruption
from .model import Decoder
from .optimizer import Optimizer, OptimizerOptions
from .options import TrainOptions, saved_options
from .schedule import learning_rate_factor
from .sink_splices import SinkSplices

CLIP = 1.0  # largest gradient norm


@dataclass
class TrainingState:
    """Progress of a run, without weights and optimizer state; stored in state.pt."""

    step: int = 0
    ids: int = 0
    seconds: float = 0.0
    cursor: DataCursor = DataCursor()
    loss_sum: float = 0.0  # since the last row of log.csv
    loss_steps: int = 0
    best_nll: float = math.inf


class Run:
    """A model, its optimizer and its data, advanced one step at a time."""

    def __init__(self, options: TrainOptions, config: DecoderConfig, group: Group, dataset: Dataset) -> None:
        if (dataset.vocabulary.name, dataset.vocabulary.size) != (config.vocabulary, config.vocab_size):
            found = f"{dataset.vocabulary.name} ({dataset.vocabulary.size} ids)"
            raise OptionError(f"{options.train} has vocabulary {found}, the model {config.vocabulary} ({config.vocab_size} ids)")
        self.options, self.config, self.group, self.dataset = options, config, group, dataset
        self.precision = choose_precision(options.precision, group.device)
        torch.manual_seed(options.seed)  # the same initial weights in every process
        self.model = Decoder(config, options.dropout).to(group.device)
        self.forward = torch.compile(self.model) if options.compile else self.model
        self.parameters = list(self.model.parameters())
        rates = OptimizerOptions(options.lr_muon, options.lr_adam, options.weight_decay)
        self.optimizer = Optimizer(self.model, rates, self.precision)
        self.average = WeightAverage(self.model, options.average) if options.average else None
        self.training_state = TrainingState()

    @property
    def result(self) -> Decoder:
        """The model that is evaluated and stored as a checkpoint: the mean of the last steps with `--average`."""
        return self.model if self.average is None else self.average.model

    def batches(self) -> Iterator[Batch]:
        options = self.options
        variants = Variants(options.transpose, options.stretch, options.loudness)
        augmenter = Augmenter.of(self.dataset.vocabulary, variants) if options.augment else None
        corruption = InputCorruption.of(self.dataset.vocabulary, options.noise) if options.noise else None
        splices = SinkSplices(options.sinks, options.window // 4) if options.sinks else None  # a quarter: as in src/engine/attention-sink.ts
        cursor, group = self.training_state.cursor, self.group
        stream = BatchStream(
            self.dataset, options.crop, options.batch, options.seed, augmenter, cursor, group.rank, group.world, corruption, splices
        )
        return prefetch(iter(stream))

    def step(self, batches: list[Batch], stop: bool) -> tuple[float, bool]:
        """One update from the batches of a step; returns the mean loss and whether any process wants to stop.

        The loss is the mean over all targets of all batches and processes, so it does not depend on the
        distribution of the blocks over them.
        """
        real = sum(int((batch.targets != IGNORED).sum()) for batch in batches)
        count, stopping = self.group.sum([float(real), float(stop)])
        count = max(count, 1.0)  # a step may have no targets
        # Dropout depends on the step only, so an exact resume needs no generator state.
        torch.manual_seed(hash((self.options.seed, self.training_state.step, self.group.rank)))
        loss_sum = torch.zeros((), device=self.group.device)
        for batch in batches:
            inputs, targets = (torch.from_numpy(array).to(self.group.device) for array in (batch.inputs, batch.targets))
            with self.autocast():
                logits = self.forward(inputs)  # [B, T, V]
            loss = F.cross_entropy(logits.float().flatten(0, 1), targets.flatten(), ignore_index=IGNORED, reduction="sum") / count
            loss.backward()  # type: ignore[no-untyped-call]
            loss_sum += loss.detach()
        self.group.sum_gradients(self.parameters)
        torch.nn.utils.clip_grad_norm_(self.parameters, CLIP)
        self.optimizer.step(self.factor())
        self.optimizer.zero_grad()
        if self.average is not None:
            self.average.add(self.model)
        (mean_loss,) = self.group.sum([float(loss_sum)])
        self.training_state.step += 1
        self.training_state.ids += int(count)
        self.training_state.cursor = batches[-1].after
        return mean_loss, stopping > 0

    def factor(self) -> float:
        return learning_rate_factor(self.training_state.step, self.options.steps, self.options.warmup, self.options.decay)

    def autocast(self) -> contextlib.AbstractContextManager[Any]:
        if self.precision == torch.float32:
            return contextlib.nullcontext()
        return torch.autocast(self.group.device.type, self.precision)

    def state(self) -> dict[str, Any]:
        return {
            "options": saved_options(self.options),
            "config": self.config.to_json(),
            "world": self.group.world,
            "step": self.training_state.step,
            "position": self._stored_training_state(),
            "model": self.model.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "average": None if self.average is None else self.average.state(),
        }

    def load(self, state: dict[str, Any]) -> None:
        self.model.load_state_dict(state["model"])
        self.optimizer.load_state_dict(state["optimizer"])
        if self.average is not None and state.get("average") is not None:
            self.average.load(state["average"])
        stored = dict(state["position"])
        cursor = DataCursor(**stored.pop("place"))
        self.training_state = TrainingState(**stored, cursor=cursor)

    def _stored_training_state(self) -> dict[str, Any]:
        """The names in state.pt are older than those of the classes."""
        stored = asdict(self.training_state)
        return stored | {"place": stored.pop("cursor")}


def choose_precision(name: str, device: torch.device) -> torch.dtype:
    """bf16 is used if the processor supports it; otherwise it is emulated, and slower than fp32."""
    if name == "auto":
        fast = device.type == "cuda" or (device.type == "cpu" and torch.cpu._is_avx512_bf16_supported())
        return torch.bfloat16 if fast else torch.float32
    return torch.bfloat16 if name == "bf16" else torch.float32
