"""Samples on whose class a committee's votes are most divided (Dagan & Engelson 1995)."""

import numpy as np

from superposition import committee
from superposition.selection import Choice, Pool, highest

NEEDS = ("committee",)


def choose(pool: Pool, size: int, generator: np.random.Generator) -> Choice:
    """Take the highest -sum_c V_c/K ln(V_c/K), where V_c of K members find class c most likely, in nats."""
    return highest(committee.vote_entropy(pool.committee), size, generator)
