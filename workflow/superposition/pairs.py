"""Cosine similarity of all pairs of vectors: none is kept, every one counts."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from superposition import arrays
from superposition.activations import Distribution, Quantities
from superposition.arrays import Array
from superposition.blocks import blocks
from superposition.errors import InputError

ROWS, COLUMNS = 256, 2048
"""Pairs at a time: few enough to stay in a processor's cache, enough for its products to be fast."""
BINS = 200
FINE = 1000 * BINS
"""Bins in which pairs are counted to find quantiles, which are then right to half the width of one, 5e-6."""
QUARTILES = (0.25, 0.5, 0.75)


def described(vectors: np.ndarray, what: str, drawn: np.ndarray | None = None) -> Quantities:
    """Mean, sd, mean of absolute values, quartiles, extremes and histogram of the cosines of all pairs of `vectors`
    [vector, dimension].

    Vectors that are all zero have no direction: `zero` counts them, and they are left out. Products are made in single
    precision, sums of blocks in double; quartiles are right to 5e-6. Memory: two copies of the vectors in float32.
    drawn: rows of some vectors, drawn at random without replacement [drawn]: only pairs among them are looked at, and
    sd, mean_absolute and the quartiles come with a standard error. What costs no pairs stays exact: mean,
    mean_with_diagonal and zero. Raises InputError, which begins with `what`, where fewer than two have a direction.
    """
    towards = directions(vectors, what)
    some = towards if drawn is None else directions(vectors[drawn], f"{what} of those drawn")
    n, mean, shown = len(towards), mean_cosine(towards), arrays.placed(some)
    tally = _tally(shown, mean)
    q25, median, q75 = tally.quantiles(np.array(QUARTILES)).tolist()
    found: Quantities = {
        "mean": mean,
        "sd": tally.sd,
        "mean_absolute": tally.mean_absolute,
        "min": tally.least,
        "q25": q25,
        "median": median,
        "q75": q75,
        "max": tally.most,
        "mean_with_diagonal": (mean * (n - 1) + 1) / n,
        "zero": float(len(vectors) - n),
        "histogram": _histogram(tally.counts),
    }
    return found if drawn is None else found | _standard_errors(shown, mean, tally, unseen=1 - len(some) / n)


def described_with_diagonal(vectors: np.ndarray, what: str) -> Quantities:
    """Mean, sd and histogram of the cosines of all ordered pairs, each vector with itself too; all else as in
    `described`."""
    towards = directions(vectors, what)
    n, mean = len(towards), mean_cosine(towards)
    tally, with_diagonal = _tally(arrays.placed(towards), mean), (mean * (n - 1) + 1) / n
    squares = 2 * tally.squares + n * (1 - mean) ** 2 - (n * (with_diagonal - mean)) ** 2
    counts = 2 * tally.counts
    counts[-1] += n
    return {"mean": with_diagonal, "sd": squares**0.5 / n, "histogram": _histogram(counts)}


def directions(vectors: np.ndarray, what: str) -> np.ndarray:
    """Those of `vectors` [vector, dimension] that are not all zero, at length one, in float32.

    Raises InputError, which begins with `what`, where there are fewer than two.
    """
    lengths = np.sqrt(np.einsum("ij,ij->i", vectors, vectors, dtype=np.float64))
    kept = lengths > 0
    if kept.sum() < 2:
        raise InputError(f"{what} needs two vectors that are not all zero, not {kept.sum()} of {len(vectors)}")
    return np.divide(vectors[kept], lengths[kept, np.newaxis], dtype=np.float32, casting="same_kind")


def mean_cosine(towards: np.ndarray) -> float:
    """Mean of u_i.u_j over pairs of n unit vectors [vector, dimension]: (|sum of u|^2 - n) / (n (n - 1))."""
    n, total = len(towards), towards.sum(axis=0, dtype=np.float64)
    return float((total @ total - n) / (n * (n - 1)))


class _Tally(NamedTuple):
    """Number of pairs in fine bins from -1 to 1, sums of squared deviations from the mean and of absolute values, least
    and largest cosine."""

    counts: np.ndarray
    squares: float
    absolute: float
    least: float
    most: float

    @property
    def sd(self) -> float:
        """Standard deviation of the cosines."""
        return float((self.squares / self.counts.sum()) ** 0.5)

    @property
    def mean_absolute(self) -> float:
        """Mean of their absolute values."""
        return float(self.absolute / self.counts.sum())

    def quantiles(self, shares: np.ndarray) -> np.ndarray:
        """Quantiles, linear between the values on either side, each taken to be in the middle of its bin."""
        ends, ranks = self.counts.cumsum(), shares * (self.counts.sum() - 1)
        places = [np.searchsorted(ends, side(ranks), side="right") for side in (np.floor, np.ceil)]
        below, above = ((2 * place + 1) / FINE - 1 for place in places)
        return (below + (ranks % 1) * (above - below)).clip(self.least, self.most)


def _tally(towards: Array, mean: float) -> _Tally:
    """Of all pairs i < j of unit vectors [vector, dimension]."""
    xp, squares, absolute, least, most = arrays.library(towards), 0.0, 0.0, 1.0, -1.0
    counts = xp.zeros(FINE + 1, dtype=xp.int64, device=towards.device)
    for cosines in _cosines(towards):
        least, most = min(least, float(cosines.min())), max(most, float(cosines.max()))
        squares += float(((cosines - mean) ** 2).sum())
        absolute += float(abs(cosines).sum())
        counts += xp.bincount(xp.asarray((cosines + 1) * (FINE / 2), dtype=xp.int64), minlength=FINE + 1)
    counts[-2] += counts[-1]  # 1 itself belongs to the last bin
    return _Tally(arrays.to_numpy(counts[:-1]), squares, absolute, least, most)


def _cosines(towards: Array) -> Iterator[Array]:
    """u_i.u_j of all pairs i < j of unit vectors, float32 [pair], a block at a time."""
    n, xp = len(towards), arrays.library(towards)
    for rows in blocks(n, ROWS):
        among = towards[rows] @ towards[rows].T
        if len(among) > 1:
            yield among[xp.triu(xp.ones_like(among, dtype=xp.bool), 1)].clip(-1, 1)
        for columns in blocks(n, COLUMNS, start=rows.stop):
            yield (towards[rows] @ towards[columns].T).ravel().clip(-1, 1)


def _standard_errors(towards: Array, mean: float, tally: _Tally, unseen: float) -> Quantities:
    """Of sd, mean_absolute and the quartiles over the pairs of n unit vectors drawn from N; unseen: 1 - n/N.

    For a mean over pairs it is 2 s sqrt(unseen / n), where s is the standard deviation over vectors of its mean over
    the pairs that one is in (Hoeffding 1948, doi:10.1214/aoms/1177730196). A quartile's follows from that of the share
    of pairs below it (Woodruff 1952, doi:10.1080/01621459.1952.10483443).
    """
    of_each = _means_of_each(towards, mean, tally.quantiles(np.array(QUARTILES)))
    variance, absolute, *shares = 2 * of_each.std(axis=1, ddof=1) * (unseen / len(towards)) ** 0.5
    above, below = (tally.quantiles(np.add(QUARTILES, step).clip(0, 1)) for step in (shares, np.negative(shares)))
    found = [variance / (2 * tally.sd) if tally.sd else 0, absolute, *(above - below) / 2]
    names = ("sd", "mean_absolute", "q25", "median", "q75")
    return {f"{name}.standard_error": float(error) for name, error in zip(names, found, strict=True)}


def _means_of_each(towards: Array, mean: float, quartiles: np.ndarray) -> np.ndarray:
    """Means [statistic, vector] of (c - mean)^2, |c| and c <= each quartile over the pairs that a unit vector is in.

    Its pair with itself adds the same to each.
    """
    n, xp = len(towards), arrays.library(towards)
    sums = []
    for rows in blocks(n, ROWS):
        of_rows = 0
        for columns in blocks(n, COLUMNS):
            cosines = (towards[rows] @ towards[columns].T).clip(-1, 1)
            below = [cosines <= quartile for quartile in quartiles.tolist()]
            statistics = [(cosines - mean) ** 2, abs(cosines), *below]
            of_rows += xp.stack([xp.sum(statistic, axis=1, dtype=xp.float64) for statistic in statistics])
        sums.append(of_rows)
    return arrays.to_numpy(xp.concat(sums, axis=1)) / (n - 1)


def _histogram(counts: np.ndarray) -> Distribution:
    """Density in wide bins."""
    share = counts.reshape(BINS, -1).sum(axis=1) / counts.sum()
    return Distribution(at=np.linspace(-1 + 1 / BINS, 1 - 1 / BINS, BINS), value=share * BINS / 2)
