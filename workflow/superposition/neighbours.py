"""Nearest neighbours, exact, a block of points at a time."""

import numpy as np

from superposition.blocks import about_mean, blocks

ROWS = 256
SPARE = 2
"""Candidates beyond the two sought: single precision may rank near ties wrongly."""


def distances_to_nearest_two(points: np.ndarray) -> np.ndarray:
    """Euclidean distances, float64 [point, 2], from each of `points` [point, unit] to the nearest two others.

    Candidates come from single precision, their distances from double.
    """
    vectors = about_mean(points)
    squares = np.square(vectors).sum(axis=1)
    found = np.empty((len(points), 2))
    for rows in blocks(len(points), ROWS):
        # Less the point's own square, which is the same for all candidates.
        squared = (-2 * vectors[rows]) @ vectors.T
        squared += squares
        np.fill_diagonal(squared[:, rows], np.inf)
        candidates = _least(squared, min(2 + SPARE, len(points) - 1))
        differences = points[candidates].astype(np.float64) - points[rows, np.newaxis]
        found[rows] = np.sort(np.linalg.norm(differences, axis=2), axis=1)[:, :2]
    return found


def _least(rows: np.ndarray, number: int) -> np.ndarray:
    """Columns [row, number] of the least entries of each row, which are overwritten; for few of many, this is several
    times faster than to partition."""
    found = np.empty((len(rows), number), np.int64)
    for place in range(number):
        found[:, place] = rows.argmin(axis=1)
        rows[np.arange(len(rows)), found[:, place]] = np.inf
    return found
