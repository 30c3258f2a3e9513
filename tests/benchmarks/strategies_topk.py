"""The strategies that take the highest scores: 5,000 of 50,000 with 10 classes, 10,000 of 100,000 with 200.

Both sides start from the same logits and have one thread; ours is all of `choose`.
"""

from collections.abc import Callable
from functools import partial

import numpy as np

from tests.benchmarks.side_by_side import SideBySide, timed

METHODS = {
    "least_confidence": "least_confident",
    "margin": "margin_sampling",
    "ratio": "margin_sampling",  # scikit-activeml has no ratio
    "entropy": "entropy",
}

Reference = Callable[[str, int, int, int], float]


def logits(samples: int, classes: int) -> np.ndarray:
    """float32 [sample, class], spread as a trained network's are."""
    return np.float32(3) * np.random.default_rng(0).standard_normal((samples, classes), np.float32)


def ours(strategy: str, samples: int, classes: int, size: int) -> float:
    """Seconds of `choose`."""
    from threadpoolctl import threadpool_limits

    from superposition import plugins
    from superposition.selection import Pool

    choose, pool = plugins.load("strategy", strategy).choose, Pool(np.arange(samples), logits(samples, classes))
    with threadpool_limits(1):
        return timed(lambda: choose(pool, size, np.random.default_rng(0)))


def whole_query(method: str, samples: int, classes: int, size: int) -> float:
    """Seconds of scikit-activeml's `query`, with a classifier that has its logits ready."""
    from scipy.special import softmax
    from skactiveml.base import SkactivemlClassifier
    from skactiveml.pool import UncertaintySampling
    from threadpoolctl import threadpool_limits

    class Known(SkactivemlClassifier):
        def fit(self, X: np.ndarray, y: np.ndarray) -> "Known":
            return self

        def predict_proba(self, X: np.ndarray) -> np.ndarray:
            return softmax(known[X[:, 0]], axis=1)

    known = logits(samples, classes)
    rows, unlabelled = np.arange(samples)[:, None], np.full(samples, np.nan)
    query = UncertaintySampling(method=method, random_state=0).query
    with threadpool_limits(1):
        return timed(lambda: query(rows, unlabelled, Known(range(classes)), fit_clf=False, batch_size=size))


def scores_and_sort(method: str, samples: int, classes: int, size: int) -> float:
    """Seconds of scikit-activeml's scores and a sort: its `query` would fill a table of `size` x `samples`, 8 GB."""
    from scipy.special import softmax
    from skactiveml.pool import uncertainty_scores
    from threadpoolctl import threadpool_limits

    known = logits(samples, classes)
    with threadpool_limits(1):
        return timed(lambda: np.argsort(-uncertainty_scores(softmax(known, axis=1), method=method))[:size])


def compared(
    strategy: str, samples: int, classes: int, size: int, reference: Reference, reference_is: str
) -> SideBySide:
    """One strategy at one size."""
    return SideBySide(
        f"{strategy}-{size}-of-{samples}",
        "s",
        "lower",
        f"scikit-activeml's {reference_is} ({METHODS[strategy]})",
        partial(ours, strategy, samples, classes, size),
        partial(reference, METHODS[strategy], samples, classes, size),
        repeats=2,
    )


BENCHMARKS = [
    *(compared(strategy, 50_000, 10, 5_000, whole_query, "query") for strategy in METHODS),
    *(compared(strategy, 100_000, 200, 10_000, scores_and_sort, "scores, and one sort") for strategy in METHODS),
]
