"""Fits the gamma frailty of a piece, a factor for its rate of note ends: the constants of src/music/end-factor.ts.

    python end_factor.py COUNTS.json

COUNTS.json is the output of end-counts.mjs. The number of ends in a passage has a Poisson distribution, whose mean is the
expected number times the factor. The factor has a gamma prior, and a posterior given the ends in the passage before, whose
likelihood has a weight. Prints the mean of the prior, its rate parameter in expected ends, the weight, and the calibration in
eight groups of passages by their predicted factor.
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

    def posterior(logarithms: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Shape and rate of the posterior of each passage's factor."""
        mean, prior_rate, weight = np.exp(logarithms)
        return prior_rate * mean + weight * ends, prior_rate + weight * expected

    def loss(logarithms: np.ndarray) -> float:
        """Mean negative log-likelihood in nats: negative binomial."""
        shape, rate = (parameter[has_old] for parameter in posterior(logarithms))
        count, time = ends_after[has_old], expected_after[has_old]
        likelihood = gammaln(shape + count) - gammaln(shape) - gammaln(count + 1)
        likelihood += shape * np.log(rate / (rate + time)) + count * np.log(time / (rate + time))
        return float(-likelihood.mean())

    fits = [minimize(loss, [0, 1, start], method="Nelder-Mead", options={"maxiter": 5000}) for start in (-1, -3)]
    best = min(fits, key=lambda fit: float(fit.fun))
    mean, prior_rate, weight = np.exp(best.x)
    print(f"{len(passages)} passages: prior mean {mean:.2f}, prior rate {prior_rate:.2f} expected ends, weight of an end {weight:.2f}")
    print(f"NLL per passage, nats: {best.fun:.3f}; with a factor of 1 for all {loss(np.array([0, 12, -20])):.3f}")
    shape, rate = posterior(best.x)
    factor = shape / rate
    for group in np.array_split(np.argsort(factor), GROUPS):
        after = ends_after[group].sum() / expected_after[group].sum()
        print(f"predicted factors {factor[group].min():.2f} to {factor[group].max():.2f}: ratio of observed to expected ends {after:.2f}")


if __name__ == "__main__":
    main()
