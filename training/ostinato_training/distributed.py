"""One process, or several under `torchrun`, with the same interface.

Gradients are summed in one flat all-reduce after the backward passes of a step: the models are small,
so overlapping communication with the backward pass (DistributedDataParallel) would cost more than it saves.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass

import torch
import torch.distributed as dist
from torch import Tensor


@dataclass(frozen=True)
class Group:
    """This process within its group."""

    rank: int
    world: int
    device: torch.device

    @property
    def writes(self) -> bool:
        """Whether this process writes files and progress."""
        return self.rank == 0

    def sum(self, values: list[float]) -> list[float]:
        """Element-wise sum over all processes, in float64."""
        if self.world == 1:
            return values
        total = torch.tensor(values, dtype=torch.float64, device=self.device)
        dist.all_reduce(total)
        return [float(value) for value in total]

    def sum_gradients(self, parameters: Sequence[Tensor]) -> None:
        """Replaces every gradient by the sum over all processes."""
        if self.world == 1:
            return
        gradients = [parameter.grad for parameter in parameters if parameter.grad is not None]
        flat = torch.cat([gradient.flatten() for gradient in gradients])
        dist.all_reduce(flat)
        for gradient, total in zip(gradients, torch.split(flat, [gradient.numel() for gradient in gradients])):
            gradient.copy_(total.view_as(gradient))

    def wait(self) -> None:
        if self.world > 1:
            dist.barrier()

    def close(self) -> None:
        if self.world > 1:
            dist.destroy_process_group()


def join_group(device: str) -> Group:
    """Joins the process group of torchrun's environment variables; without them, the group has one process. `device` may be "auto"."""
    world, rank, local = (int(os.environ.get(name, fallback)) for name, fallback in (("WORLD_SIZE", "1"), ("RANK", "0"), ("LOCAL_RANK", "0")))
    chosen = ("cuda" if torch.cuda.is_available() else "cpu") if device == "auto" else device
    if chosen == "cuda":
        chosen = f"cuda:{local}"
        torch.cuda.set_device(local)
    if world > 1:
        dist.init_process_group("nccl" if chosen.startswith("cuda") else "gloo")
    return Group(rank, world, torch.device(chosen))
