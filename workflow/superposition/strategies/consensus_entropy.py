"""Samples of which a committee is least sure as a whole: the highest entropy of its mean prediction.

Also called the predictive or maximum entropy of an ensemble (Beluch et al. 2018). High where members are unsure, and
where each is sure of another class; `mean_kl` is high for the second only.
"""

import numpy as np

from superposition.committee import log_consensus_entropy
from superposition.selection import Choice, Pool, highest

NEEDS = ("committee",)


def choose(pool: Pool, size: int, generator: np.random.Generator) -> Choice:
    """Take the highest H(p), where p is the mean of the members' probabilities, in nats."""
    rows, logarithms = highest(log_consensus_entropy(pool.committee), size, generator)
    return Choice(rows, np.exp(logarithms))
