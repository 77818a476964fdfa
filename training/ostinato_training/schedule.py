"""Learning-rate schedule: warm-up, stable, decay.

Unlike a cosine, the stable part does not depend on where the run ends, so a run may be lengthened, or
decayed from any of its states, without having been planned that way.
"""

from __future__ import annotations


def learning_rate_factor(step: int, steps: int, warmup: int, decay: int) -> float:
    """The factor on every learning rate at a step.

    step    0 … steps−1, the step about to be taken
    warmup  steps of linear rise; the first step already learns a little (1/warmup)
    decay   the last steps fall linearly, so that a step after the end would have factor 0
    """
    rise = (step + 1) / warmup if step < warmup else 1.0
    fall = (steps - step) / decay if steps - step < decay else 1.0
    return max(0.0, min(rise, fall))
