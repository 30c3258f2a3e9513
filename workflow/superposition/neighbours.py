"""Nearest neighbours, exact, a block of points at a time."""

import numpy as np

from superposition import arrays
from superposition.arrays import Array
from superposition.blocks import about_mean, blocks

ROWS = 256
SPARE = 2
"""Candidates beyond the two sought: single precision may rank near ties wrongly."""


def distances_to_nearest_two(points: np.ndarray, of: np.ndarray) -> np.ndarray:
    """Euclidean distances, float64 [of, 2], from some of `points` [point, unit] to the nearest two others of all.

    of: which points. Candidates come from single precision, their distances from double.
    """
    vectors = arrays.placed(about_mean(points))
    squares = arrays.library(vectors).einsum("ij,ij->i", vectors, vectors)
    found = np.empty((len(of), 2))
    for rows in blocks(len(of), ROWS):
        own = of[rows]
        # Less the point's own square, which is the same for all candidates.
        squared = (-2 * vectors[own]) @ vectors.T
        squared += squares
        squared[np.arange(len(own)), own] = np.inf
        candidates = arrays.to_numpy(_least(squared, min(2 + SPARE, len(points) - 1)))
        differences = points[candidates].astype(np.float64) - points[own, np.newaxis]
        found[rows] = np.sort(np.linalg.norm(differences, axis=2), axis=1)[:, :2]
    return found


def _least(rows: Array, number: int) -> Array:
    """Columns [row, number] of the least entries of each row, which are overwritten; for few of many, this is several
    times faster than to partition."""
    xp, found = arrays.library(rows), []
    every = xp.arange(len(rows), device=rows.device)
    for _ in range(number):
        found.append(rows.argmin(axis=1))
        rows[every, found[-1]] = np.inf
    return xp.stack(found, axis=1)
