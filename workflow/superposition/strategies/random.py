"""Any sample, with equal probability."""

import numpy as np

from superposition.selection import Choice, Pool, highest

NEEDS = ()


def choose(pool: Pool, size: int, generator: np.random.Generator) -> Choice:
    """Draw `size` samples without replacement; the score is the random number that decided."""
    return highest(generator.random(len(pool.ids)), size, generator)
