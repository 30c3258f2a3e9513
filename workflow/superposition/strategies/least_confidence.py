"""Samples whose most likely class is least likely (Lewis & Gale 1994)."""

import numpy as np

from superposition.selection import Choice, Pool, highest


def choose(pool: Pool, size: int, generator: np.random.Generator) -> Choice:
    """Take the highest 1 - p(most likely class).

    Summed over the other classes: subtracting from 1 would round all confident samples to the same 0.
    """
    odds = np.exp(pool.logits.astype(np.float64) - pool.logits.max(axis=1, keepdims=True))
    np.put_along_axis(odds, pool.logits.argmax(axis=1)[:, None], 0, axis=1)
    others = odds.sum(axis=1)
    return highest(others / (1 + others), size, generator)
