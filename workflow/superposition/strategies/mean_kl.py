"""Samples on which a committee's members differ most from their mean prediction (McCallum & Nigam 1998)."""

import numpy as np

from superposition.committee import mutual_information
from superposition.selection import Choice, Pool, highest

NEEDS = ("committee",)


def choose(pool: Pool, size: int, generator: np.random.Generator) -> Choice:
    """Take the highest (1/K) sum_k KL(p_k || p), where p is the mean of K members' probabilities p_k, in nats."""
    return highest(mutual_information(pool.committee), size, generator)
