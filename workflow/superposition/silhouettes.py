"""Silhouettes of samples, from the sums of their distances to the samples of each class."""

from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from superposition import arrays
from superposition.arrays import Array
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

    vectors: Array
    squares: Array

    def at(self, rows: slice | np.ndarray) -> "Points":
        """Some of the points."""
        return Points(self.vectors[rows], self.squares[rows])


class Grouped(NamedTuple):
    """Samples as points about their mean, class after class.

    order: which sample each point is; classes: of the points [point]; members: 1 where a point is in a class and 0
    elsewhere, float32 [point, class].
    """

    points: Points
    order: np.ndarray
    classes: np.ndarray
    members: Array


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

    of: class of each sample, from 0, none empty. Distances come from products in single precision, for most pairs
    of samples once.
    """
    grouped, n = _grouped(values, of), len(of)
    points, sums = grouped.points, _no_sums(grouped, n)
    for rows, columns in _between_classes(grouped.classes):
        found = _distances(points.at(rows), points.at(columns))
        _add(sums[rows], found, grouped, columns)
        if columns != rows:
            _add(sums[columns], found.T, grouped, rows)
    for number, (start, end) in enumerate(pairwise([0, *np.bincount(of).cumsum().tolist()])):
        sums[start:end, number] = _sums_within(points.vectors[start:end])
    return arrays.to_numpy(sums)[np.argsort(grouped.order)]


def _between_classes(classes: np.ndarray) -> Iterator[tuple[slice, slice]]:
    """Rows and columns that hold each pair of points of different classes once, and few of the same class; classes: of
    the points, in ascending order."""
    for rows in blocks(len(classes), ROWS):
        first, last = classes[rows.start], classes[rows.stop - 1]
        if first < last:
            yield rows, rows
        start = rows.stop if first < last else int(np.searchsorted(classes, last, side="right"))
        yield from ((rows, columns) for columns in blocks(len(classes), COLUMNS, start=start))


def _grouped(values: np.ndarray, of: np.ndarray) -> Grouped:
    order = np.argsort(of, kind="stable")
    vectors, classes = arrays.placed(about_mean(values[order])), of[order]
    members, xp = classes[:, np.newaxis] == np.arange(classes[-1] + 1), arrays.library(vectors)
    members = xp.asarray(members, dtype=xp.float32, device=vectors.device)
    return Grouped(_points(vectors), order, classes, members)


def _no_sums(grouped: Grouped, rows: int) -> Array:
    """Zeros, float64 [row, class]."""
    vectors, xp = grouped.points.vectors, arrays.library(grouped.points.vectors)
    return xp.zeros((rows, grouped.members.shape[1]), dtype=xp.float64, device=vectors.device)


def _sums_within(vectors: Array) -> Array:
    """Sums of distances between the points of one class, float64 [point]. About their own mean: from afar, rounding
    would swallow the distances in a class that has shrunk to a point."""
    n, points, xp = len(vectors), _points(vectors - vectors.mean(axis=0)), arrays.library(vectors)
    sums = xp.zeros(n, dtype=xp.float64, device=vectors.device)
    for rows in blocks(n, ROWS):
        found = _distances(points.at(rows), points.at(slice(rows.start, n)))
        sums[rows] += found.sum(axis=1)
        sums[rows.stop :] += found[:, rows.stop - rows.start :].sum(axis=0)
    return sums


def _add(sums: Array, distances: Array, grouped: Grouped, columns: slice) -> None:
    """Add distances to some of the points [row, column] to the sums [row, class]; these points' classes adjoin."""
    there = slice(int(grouped.classes[columns.start]), int(grouped.classes[columns.stop - 1]) + 1)
    sums[:, there] += distances @ grouped.members[columns, there]


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


def sampled_euclidean(values: np.ndarray, of: np.ndarray, drawn: np.ndarray) -> Estimate:
    """Mean silhouette over some samples, each against all of `values` [sample, unit], and its standard error.

    drawn: which samples, at random without replacement [drawn]. The error is sd / sqrt(n) sqrt(1 - n/N) for n of N
    samples (Cochran 1977, Sampling Techniques, section 2.6).
    """
    grouped, n = _grouped(values, of), len(drawn)
    chosen, sums = grouped.points.at(np.argsort(grouped.order)[drawn]), _no_sums(grouped, n)
    for rows in blocks(n, ROWS):
        for columns in blocks(len(of), COLUMNS):
            _add(sums[rows], _distances(chosen.at(rows), grouped.points.at(columns)), grouped, columns)
    found = silhouettes(arrays.to_numpy(sums), of[drawn], np.bincount(of))
    return Estimate(float(found.mean()), float(found.std(ddof=1) * ((1 - n / len(of)) / n) ** 0.5))


def _points(vectors: Array) -> Points:
    return Points(vectors, arrays.library(vectors).einsum("ij,ij->i", vectors, vectors))


def _distances(these: Points, those: Points) -> Array:
    """sqrt(|x|^2 + |y|^2 - 2 x.y), float32 [this, that]."""
    found = these.vectors @ those.vectors.T
    lengths = these.squares[:, None] + those.squares
    found *= -2
    found += lengths
    found[found < ROUNDING * lengths] = 0
    found **= 0.5
    return found


def _directions(vectors: np.ndarray) -> np.ndarray:
    """Vectors at length one in float64; zero stays zero."""
    lengths = np.linalg.norm(vectors.astype(np.float64), axis=1, keepdims=True)
    return vectors / np.where(lengths > 0, lengths, 1)
