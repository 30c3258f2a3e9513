"""Features too many to copy in double precision: a block of rows at a time."""

from collections.abc import Iterator

import numpy as np

ROWS = 1024
ROUNDING = 1e-12


def blocks(size: int, rows: int = ROWS, start: int = 0) -> Iterator[slice]:
    """Slices of at most `rows`, one after the other, from `start` to `size`."""
    return (slice(first, min(first + rows, size)) for first in range(start, size, rows))


def about_mean(values: np.ndarray) -> np.ndarray:
    """`values` [row, column] minus their mean row, in float32; the differences are taken in float64.

    What only rounding keeps from zero is zero: it would pass for a direction.
    """
    mean = values.mean(axis=0, dtype=np.float64)
    differences = np.empty(values.shape, np.float32)
    for rows in blocks(len(values)):
        block = values[rows] - mean
        block[np.abs(block) <= ROUNDING * np.abs(mean)] = 0
        differences[rows] = block
    return differences


def squares_about(centres: np.ndarray, of: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Squared distance, float64 [sample], of each of `values` [sample, unit] to its own of `centres` [class, unit].

    of: the row of its class in `centres` [sample].
    """
    squares = np.empty(len(values))
    for rows in blocks(len(values)):
        squares[rows] = np.square(values[rows] - centres[of[rows]]).sum(axis=1)
    return squares
