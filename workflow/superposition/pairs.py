"""Cosine similarity of all pairs of vectors: none is kept, every one counts."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from superposition.activations import Distribution, Quantities
from superposition.blocks import blocks
from superposition.errors import InputError

ROWS, COLUMNS = 256, 2048
"""Pairs at a time: few enough to stay in a processor's cache, enough for its products to be fast."""
BINS = 200
FINE = 1000 * BINS
"""Bins in which pairs are counted to find quantiles, which are then right to half the width of one, 5e-6."""
ESTIMATED = ("mean", "sd", "q25", "median", "q75")
GROUPS = 10


def described(vectors: np.ndarray, what: str) -> Quantities:
    """Mean, sd, quartiles, extremes and histogram of the cosines of all pairs of `vectors` [vector, dimension].

    Vectors that are all zero have no direction: `zero` counts them, and they are left out. Products are made in single
    precision, sums of blocks in double; quartiles are right to 5e-6. Memory: two copies of the vectors in float32.
    Raises InputError, which begins with `what`, where fewer than two have a direction.
    """
    towards = directions(vectors)
    n = len(towards)
    if n < 2:
        raise InputError(f"{what} needs two vectors that are not all zero, not {n} of {len(vectors)}")
    mean = mean_cosine(towards)
    tally = _tally(towards, mean)
    q25, median, q75 = _quantiles(tally.counts, (0.25, 0.5, 0.75)).clip(tally.least, tally.most).tolist()
    return {
        "mean": mean,
        "sd": float((tally.squares / tally.counts.sum()) ** 0.5),
        "min": tally.least,
        "q25": q25,
        "median": median,
        "q75": q75,
        "max": tally.most,
        "mean_with_diagonal": (mean * (n - 1) + 1) / n,
        "zero": float(len(vectors) - n),
        "histogram": _histogram(tally.counts),
    }


def described_sample(vectors: np.ndarray, rows: np.ndarray, what: str) -> Quantities:
    """`described` of the pairs among some vectors, and `{quantity}.standard_error` of its mean, sd and quartiles.

    rows: which vectors, drawn at random without replacement, in random order [sampled]. Ten groups of them are
    described too, and the error follows from how these differ (random groups, Wolter 2007,
    doi:10.1007/978-0-387-35099-8): sd / sqrt(10), times sqrt(1 - n/N) for n of N vectors.
    """
    groups = [described(vectors[group], what) for group in np.array_split(rows, GROUPS)]
    scale = ((1 - len(rows) / len(vectors)) / GROUPS) ** 0.5
    found = described(vectors[rows], what)
    for name in ESTIMATED:
        found[f"{name}.standard_error"] = float(scale * np.array([group[name] for group in groups]).std(ddof=1))
    return found


def directions(vectors: np.ndarray) -> np.ndarray:
    """Those of `vectors` [vector, dimension] that are not all zero, at length one, in float32."""
    lengths = np.sqrt(np.einsum("ij,ij->i", vectors, vectors, dtype=np.float64))
    kept = lengths > 0
    return np.divide(vectors[kept], lengths[kept, np.newaxis], dtype=np.float32, casting="same_kind")


def mean_cosine(towards: np.ndarray) -> float:
    """Mean of u_i.u_j over pairs of n unit vectors [vector, dimension]: (|sum of u|^2 - n) / (n (n - 1))."""
    n, total = len(towards), towards.sum(axis=0, dtype=np.float64)
    return float((total @ total - n) / (n * (n - 1)))


class _Tally(NamedTuple):
    """Number of pairs in fine bins from -1 to 1, sum of squared deviations from the mean, least and largest cosine."""

    counts: np.ndarray
    squares: float
    least: float
    most: float


def _tally(towards: np.ndarray, mean: float) -> _Tally:
    counts, squares, least, most = np.zeros(FINE + 1, np.int64), 0.0, 1.0, -1.0
    for cosines in _cosines(towards):
        least, most = float(cosines.min(initial=least)), float(cosines.max(initial=most))
        squares += float(np.square(cosines - mean).sum())
        counts += np.bincount(((cosines + 1) * (FINE / 2)).astype(np.intp), minlength=FINE + 1)
    counts[-2] += counts[-1]  # 1 itself belongs to the last bin
    return _Tally(counts[:-1], squares, least, most)


def _cosines(towards: np.ndarray) -> Iterator[np.ndarray]:
    """u_i.u_j of all pairs i < j of unit vectors, float32 [pair], a block at a time."""
    n = len(towards)
    for rows in blocks(n, ROWS):
        among = towards[rows] @ towards[rows].T
        yield among[np.triu_indices(len(among), 1)].clip(-1, 1)
        for columns in blocks(n, COLUMNS, start=rows.stop):
            yield (towards[rows] @ towards[columns].T).ravel().clip(-1, 1)


def _quantiles(counts: np.ndarray, shares: Sequence[float]) -> np.ndarray:
    """Quantiles [share], linear between the values on either side, each taken to be in the middle of its bin."""
    ends, ranks = counts.cumsum(), np.array(shares) * (counts.sum() - 1)
    places = [np.searchsorted(ends, side(ranks), side="right") for side in (np.floor, np.ceil)]
    below, above = ((2 * place + 1) / len(counts) - 1 for place in places)
    return below + (ranks % 1) * (above - below)


def _histogram(counts: np.ndarray) -> Distribution:
    """Density in wide bins."""
    share = counts.reshape(BINS, -1).sum(axis=1) / counts.sum()
    return Distribution(at=np.linspace(-1 + 1 / BINS, 1 - 1 / BINS, BINS), value=share * BINS / 2)
