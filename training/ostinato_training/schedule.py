"""Learning-rate schedule: warm-up, stable, decay.

Unlike a cosine schedule, the stable part does not depend on the number of steps, so a run may be extended, or
decayed from any of its states.
"""

from __future__ import annotations


def learning_rate_factor(step: int, steps: int, warmup: int, decay: int) -> float:
    """The factor of every learning rate at a step.

    step    0 … steps−1, the step about to be taken
    warmup  steps of linear rise, from 1/warmup at the first step
    decay   number of last steps with a linear fall; the factor would be 0 one step after the end
    """
    rise = (step + 1) / warmup if step < warmup else 1.0
    fall = (steps - step) / decay if steps - step < decay else 1.0
    return max(0.0, min(rise, fall))
