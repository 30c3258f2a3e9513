"""Samples whose probability is spread most evenly over the classes: the highest entropy (Settles & Craven 2008)."""

import numpy as np

from superposition.selection import Choice, Pool, highest
from superposition.uncertainty import log_entropy

NEEDS = ("logits",)


def choose(pool: Pool, size: int, generator: np.random.Generator) -> Choice:
    """Take the highest H = -sum_c p_c ln p_c, in nats."""
    rows, logarithms = highest(log_entropy(pool.logits), size, generator)
    return Choice(rows, np.exp(logarithms))
