"""Fits the gamma frailty of note ends, which differ by piece: the constants of src/music/end-factor.ts.

    python end_factor.py COUNTS.json

COUNTS.json is the file of end-counts.mjs. The ends in a passage have a Poisson distribution, with the expected ends times a
factor as the mean. The factor has a gamma prior, and a posterior after the passage before, whose likelihood has a weight.
Prints the prior's mean and its rate in expected ends, the weight, and the calibration in eight groups of passages by their
predicted factor.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
from scipy.optimize import minimize
from scipy.special import gammaln

GROUPS = 8


def main() -> None:
    if len(sys.argv) != 2:
        sys.exit("usage: python end_factor.py COUNTS.json")
    passages = json.loads(Path(sys.argv[1]).read_text())
    ends, expected, ends_after, expected_after = (
        np.array([passage[name] for passage in passages], dtype=np.float64)
        for name in ("ends", "expected", "endsAfter", "expectedAfter")
    )
    has_old = expected_after > 0

    def gamma_of(logarithms: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Shape and rate of the posterior of each passage's factor."""
        mean, weight_of_prior, weight = np.exp(logarithms)
        return weight_of_prior * mean + weight * ends, weight_of_prior + weight * expected

    def loss(logarithms: np.ndarray) -> float:
        """Mean negative log-likelihood in nats: negative binomial."""
        shape, rate = (of[has_old] for of in gamma_of(logarithms))
        count, time = ends_after[has_old], expected_after[has_old]
        likelihood = gammaln(shape + count) - gammaln(shape) - gammaln(count + 1)
        likelihood += shape * np.log(rate / (rate + time)) + count * np.log(time / (rate + time))
        return float(-likelihood.mean())

    fits = [minimize(loss, [0, 1, start], method="Nelder-Mead", options={"maxiter": 5000}) for start in (-1, -3)]
    best = min(fits, key=lambda fit: float(fit.fun))
    mean, weight_of_prior, weight = np.exp(best.x)
    print(f"{len(passages)} passages: prior mean {mean:.2f}, worth {weight_of_prior:.2f} expected ends; an end counts as {weight:.2f}")
    print(f"nats per passage {best.fun:.3f}; with one factor for all {loss(np.array([0, 12, -20])):.3f}")
    shape, rate = gamma_of(best.x)
    factor = shape / rate
    for group in np.array_split(np.argsort(factor), GROUPS):
        after = ends_after[group].sum() / expected_after[group].sum()
        print(f"predicted {factor[group].min():.2f} to {factor[group].max():.2f}: all ends by the expected {after:.2f}")


if __name__ == "__main__":
    main()
