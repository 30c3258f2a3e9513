"""Samples whose two most likely classes are closest in probability (Scheffer et al. 2001)."""

import numpy as np

from superposition.selection import Choice, Pool, highest
from superposition.uncertainty import log_closeness

NEEDS = ("logits",)


def choose(pool: Pool, size: int, generator: np.random.Generator) -> Choice:
    """Take the lowest p1 - p2, the difference of the two highest probabilities; the score is 1 - (p1 - p2)."""
    rows, logarithms = highest(log_closeness(pool.logits), size, generator)
    return Choice(rows, np.exp(logarithms))
