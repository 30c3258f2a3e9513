"""Samples whose most likely class is least likely (Lewis & Gale 1994)."""

import numpy as np

from superposition.selection import Choice, Pool, highest
from superposition.uncertainty import log_error

NEEDS = ("logits",)


def choose(pool: Pool, size: int, generator: np.random.Generator) -> Choice:
    """Take the highest 1 - p1, where p1 is the probability of the most likely class."""
    rows, logarithms = highest(log_error(pool.logits), size, generator)
    return Choice(rows, np.exp(logarithms))
