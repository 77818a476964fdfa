"""The mean of the weights of many steps.

At a constant learning rate the weights move about a point that is better than any of them; their mean is near it, almost as
good as weights whose learning rate fell to zero, and it costs no steps. Source: Izmailov et al. 2018, "Averaging Weights Leads to
Wider Optima and Better Generalization"; exponential here, so that old steps are forgotten.
"""

from __future__ import annotations

import copy
from typing import Any

import torch

from .model import Decoder


class WeightAverage:
    """The mean of all steps so far; after `horizon` steps, an exponential mean in which each new step has the share 1 / horizon."""

    def __init__(self, model: Decoder, horizon: int) -> None:
        self.model = copy.deepcopy(model).requires_grad_(False)
        self.horizon, self.steps = horizon, 0

    @torch.no_grad()
    def add(self, model: Decoder) -> None:
        self.steps += 1
        share = 1 / min(self.steps, self.horizon)
        for mean, weights in zip(self.model.parameters(), model.parameters()):
            mean.lerp_(weights, share)

    def state(self) -> dict[str, Any]:
        return {"model": self.model.state_dict(), "steps": self.steps}

    def load(self, state: dict[str, Any]) -> None:
        self.model.load_state_dict(state["model"])
        self.steps = state["steps"]
