"""Cosine similarities of all pairs of 10,000 rows, and of 512 units, raw and centred, quartiles and histogram included.

One thread each.
"""

from functools import partial

import numpy as np

from tests.benchmarks.side_by_side import SideBySide, timed

ROWS = 10_000


def values(rows: int) -> np.ndarray:
    """float32 [row, 512], not negative, as after a ReLU."""
    return np.abs(np.random.default_rng(0).normal(size=(rows, 512))).astype(np.float32)


def ours(rows: int) -> float:
    """Seconds of the metric."""
    from threadpoolctl import threadpool_limits

    from superposition.activations import Activations
    from superposition.metrics.cosine import measure

    none = np.zeros(rows, np.int64)
    activations = Activations(values(rows), np.zeros((rows, 2), np.float32), none, none, "layer", ["a", "b"])
    with threadpool_limits(1):
        return timed(lambda: measure(activations))


def scikit_learn(rows: int) -> float:
    """Seconds of the same numbers from scikit-learn's matrix."""
    from sklearn.metrics.pairwise import cosine_similarity
    from threadpoolctl import threadpool_limits

    def work() -> None:
        centred = data - data.mean(axis=0)
        for matrix in (data, centred, data.T, centred.T):
            pairs = cosine_similarity(matrix)[np.triu_indices(len(matrix), 1)]
            pairs.mean(), pairs.std(), pairs.min(), pairs.max()
            np.quantile(pairs, [0.25, 0.5, 0.75])
            np.histogram(pairs, 200, (-1, 1))

    data = values(rows)
    with threadpool_limits(1):
        return timed(work)


BENCHMARKS = [
    SideBySide(
        f"cosine-{ROWS}",
        "s",
        "lower",
        "scikit-learn's cosine_similarity, numpy's statistics",
        partial(ours, ROWS),
        partial(scikit_learn, ROWS),
        repeats=3,
    )
]
