"""Samples whose label would tell most about the weights, by Monte-Carlo dropout (Houlsby et al. 2011; Gal et al. 2017).

The passes of a network with dropout stand for draws from the posterior of its weights. The passes' mutual information
is what `mean_kl` takes of a committee.
"""

import numpy as np

from superposition.committee import mutual_information
from superposition.selection import Choice, Pool, highest

NEEDS = ("dropout",)


def choose(pool: Pool, size: int, generator: np.random.Generator) -> Choice:
    """Take the highest H(p) - (1/K) sum_k H(p_k), where p is the mean of K passes' probabilities p_k, in nats."""
    return highest(mutual_information(pool.committee), size, generator)
