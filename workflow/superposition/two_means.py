"""Many small sets of points, each split into two clusters at once; a set is given by its inner products."""

import numpy as np

STEPS = 100


def inner_products(sets: np.ndarray) -> np.ndarray:
    """Inner products, float64 [set, point, point], of points [set, point, dimension] minus their set's mean."""
    centred = sets - sets.mean(axis=1, keepdims=True, dtype=np.float64)
    return centred @ centred.transpose(0, 2, 1)


def two_means(products: np.ndarray) -> np.ndarray:
    """Which of two clusters each point is in, bool [set, point], by k-means (Lloyd 1982).

    Clusters start as the two sides of the first principal axis (Su & Dy 2004, ICTAI), so that nothing is drawn by
    lot. A point as near to one centre as to the other stays where it is.
    """
    side = np.linalg.eigh(products).eigenvectors[:, :, -1] > 0
    for _ in range(STEPS):
        lead = _squared_distance(products, ~side) - _squared_distance(products, side)
        moved = np.where(lead == 0, side, lead > 0)
        if np.array_equal(moved, side):
            break
        side = moved
    return side


def _squared_distance(products: np.ndarray, members: np.ndarray) -> np.ndarray:
    """|x - c|^2 - |x|^2 of all points x [set, point] to the centre c of `members` [set, point]."""
    weights = members / members.sum(axis=1, keepdims=True)
    to_centre = (products @ weights[:, :, np.newaxis])[:, :, 0]
    return (to_centre * weights).sum(axis=1, keepdims=True) - 2 * to_centre


def nearest_first(products: np.ndarray, members: np.ndarray) -> np.ndarray:
    """Points, int64 [set, point], in the order of their distance to the centre of `members` [set, point]; members come
    before all others."""
    squares = np.diagonal(products, axis1=1, axis2=2)
    squared = np.where(members, squares + _squared_distance(products, members), np.inf)
    return np.argsort(squared, axis=1, kind="stable")


def mean_silhouettes(products: np.ndarray, side: np.ndarray) -> np.ndarray:
    """Mean silhouette [set] of two clusters, Euclidean (Rousseeuw 1987, doi:10.1016/0377-0427(87)90125-7)."""
    squares = np.diagonal(products, axis1=1, axis2=2)
    squared = squares[:, :, np.newaxis] + squares[:, np.newaxis] - 2 * products
    distances = np.sqrt(np.maximum(squared, 0))
    to_side, to_rest = ((distances @ of[:, :, np.newaxis])[:, :, 0] for of in (side, ~side))
    on_side = side.sum(axis=1, keepdims=True)
    off_side = side.shape[1] - on_side
    own_size = np.where(side, on_side, off_side)
    own = np.where(side, to_side, to_rest) / np.maximum(own_size - 1, 1)
    other = np.where(side, to_rest, to_side) / (side.shape[1] - own_size)
    larger = np.maximum(own, other)
    defined = (larger > 0) & (own_size > 1)
    return np.divide(other - own, larger, out=np.zeros_like(own), where=defined).mean(axis=1)
