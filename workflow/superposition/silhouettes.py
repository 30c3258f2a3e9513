"""Silhouettes of samples, from the sums of their distances to the samples of each class."""

from itertools import pairwise
from typing import NamedTuple

import numpy as np

from superposition.blocks import about_mean, blocks

ROWS, COLUMNS = 256, 2048
"""Distances at a time: few enough to stay in a processor's cache, enough for its products to be fast."""
ROUNDING = 5e-6
"""Squared distances below this share of the points' squared lengths are noise of single precision, and count as 0."""
DOUBLE_ROUNDING = 1e-12


class Estimate(NamedTuple):
    """A mean over a sample, and its standard error."""

    mean: float
    standard_error: float


class Points(NamedTuple):
    """Points float32 [point, unit], and their squared lengths float32 [point]."""

    vectors: np.ndarray
    squares: np.ndarray

    def at(self, rows: slice | np.ndarray) -> "Points":
        """Some of the points."""
        return Points(self.vectors[rows], self.squares[rows])


def silhouettes(sums: np.ndarray, of: np.ndarray, sizes: np.ndarray) -> np.ndarray:
    """(b - a) / max(a, b) [sample] (Rousseeuw 1987), 0 in a class of one sample and where a and b are both 0.

    sums: of distances to the samples of each class [sample, class]; of: each sample's class; sizes: samples [class].
    """
    own = np.arange(len(of)), of
    to_own = sums[own] / np.maximum(sizes[of] - 1, 1)
    means = sums / sizes
    means[own] = np.inf
    to_nearest = means.min(axis=1)
    larger = np.maximum(to_own, to_nearest)
    defined = (sizes[of] > 1) & (larger > 0)
    return np.divide(to_nearest - to_own, larger, out=np.zeros(len(of)), where=defined)


def euclidean_sums(values: np.ndarray, of: np.ndarray) -> np.ndarray:
    """Sums of the Euclidean distances of `values` [sample, unit] to the samples of each class, float64 [sample, class].

    of: class of each sample, from 0, none empty. Distances come from products in single precision, for each pair of
    samples of different classes once.
    """
    order = np.argsort(of, kind="stable")
    points, classes, sizes = _points(about_mean(values[order])), of[order], np.bincount(of)
    sums = np.zeros((len(of), len(sizes)))
    for number, (start, end) in enumerate(pairwise([0, *sizes.cumsum()])):
        sums[start:end, number] = _sums_within(points.vectors[start:end])
        for rows in blocks(end, ROWS, start=start):
            for columns in blocks(len(of), COLUMNS, start=end):
                found = _distances(points.at(rows), points.at(columns))
                _add(sums[rows], found, classes[columns])
                sums[columns, number] += found.sum(axis=0)
    return sums[np.argsort(order)]


def _sums_within(members: np.ndarray) -> np.ndarray:
    """Sums of distances to all members of the class [member]. About the class's own mean: from afar, rounding would
    swallow the distances in a class that has shrunk to a point."""
    points = _points(members - members.mean(axis=0))
    return np.concatenate([_distances(points.at(rows), points).sum(axis=1) for rows in blocks(len(members), ROWS)])


def _add(sums: np.ndarray, distances: np.ndarray, classes: np.ndarray) -> None:
    """Add distances [row, point] to the sums [row, class]; classes: of the points, in ascending order."""
    there, firsts = np.unique(classes, return_index=True)
    sums[:, there] += np.add.reduceat(distances, firsts, axis=1)


def cosine_sums(values: np.ndarray, of: np.ndarray) -> np.ndarray:
    """Sums of 1 - cos to the samples of each class, float64 [sample, class]: n_k - u.(sum of u over class k).

    u: `values` [sample, unit] at length one; of: class of each sample, from 0, none empty. A sample that is all zero
    has distance 1 to all others.
    """
    sizes = np.bincount(of)
    totals = np.array([_directions(values[of == number]).sum(axis=0) for number in range(len(sizes))])
    sums = np.empty((len(of), len(sizes)))
    for rows in blocks(len(of)):
        sums[rows] = sizes - _directions(values[rows]) @ totals.T
    zero = ~values.any(axis=1)
    sums[zero, of[zero]] -= 1  # their distance to themselves
    sums[sums < DOUBLE_ROUNDING * sizes] = 0
    return sums


def sampled_euclidean(values: np.ndarray, of: np.ndarray, rows: np.ndarray) -> Estimate:
    """Mean silhouette over some samples, each against all of `values` [sample, unit], and its standard error.

    rows: which samples, drawn at random without replacement [sampled]. The error is sd / sqrt(n) sqrt(1 - n/N) for n of
    N samples (Cochran 1977, Sampling Techniques, section 2.6).
    """
    order = np.argsort(of, kind="stable")
    points, classes, sizes = _points(about_mean(values[order])), of[order], np.bincount(of)
    chosen = points.at(np.argsort(order)[rows])
    sums = np.zeros((len(rows), len(sizes)))
    for some in blocks(len(rows), ROWS):
        for columns in blocks(len(of), COLUMNS):
            _add(sums[some], _distances(chosen.at(some), points.at(columns)), classes[columns])
    found = silhouettes(sums, of[rows], sizes)
    unseen = 1 - len(rows) / len(of)
    return Estimate(float(found.mean()), float(found.std(ddof=1) * (unseen / len(rows)) ** 0.5))


def _points(vectors: np.ndarray) -> Points:
    return Points(vectors, np.einsum("ij,ij->i", vectors, vectors, dtype=np.float64).astype(np.float32))


def _distances(these: Points, those: Points) -> np.ndarray:
    """sqrt(|x|^2 + |y|^2 - 2 x.y), float32 [this, that]."""
    found = these.vectors @ those.vectors.T
    lengths = these.squares[:, np.newaxis] + those.squares
    found *= -2
    found += lengths
    found[found < ROUNDING * lengths] = 0
    return np.sqrt(found, out=found)


def _directions(vectors: np.ndarray) -> np.ndarray:
    """Vectors at length one in float64; zero stays zero."""
    lengths = np.linalg.norm(vectors.astype(np.float64), axis=1, keepdims=True)
    return vectors / np.where(lengths > 0, lengths, 1)
