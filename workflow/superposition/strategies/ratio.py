"""Samples whose second most likely class is nearly as likely as the first, as a ratio (Settles 2009).

p2 / p1 = exp(z2 - z1) for the two largest logits z1 and z2: the order is that of their difference, so it stays the same
when all logits are multiplied by one number (a temperature), and other classes have no say.
"""

import numpy as np

from superposition.selection import Choice, Pool, highest
from superposition.uncertainty import log_ratio

NEEDS = ("logits",)


def choose(pool: Pool, size: int, generator: np.random.Generator) -> Choice:
    """Take the highest p2 / p1."""
    rows, logarithms = highest(log_ratio(pool.logits), size, generator)
    return Choice(rows, np.exp(logarithms))
