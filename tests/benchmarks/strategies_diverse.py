"""The strategies that look at features: 5,000 of 50,000 with 10 classes, 10,000 of 100,000 with 200, on one thread.

512 units in clusters. Ours choose all that is asked for; where a reference would need minutes or hours it does a part,
and its name says which.
"""

from collections.abc import Callable
from functools import partial

import numpy as np

from tests.benchmarks.side_by_side import SideBySide, timed

UNITS = 512
LABELLED = 1_000
FEW = 30
LINKED = 25_000


def pool_of(samples: int, classes: int):
    """A pool whose features are around as many centres as there are classes, not negative, as after a ReLU."""
    from superposition.selection import Pool

    random = np.random.default_rng(0)
    centres = random.standard_normal((classes, UNITS), np.float32)
    features = random.standard_normal((LABELLED + samples, UNITS), np.float32)
    features *= random.gamma(4, 0.25, (len(features), 1)).astype(np.float32)
    for row, centre in enumerate(random.integers(0, classes, len(features))):
        features[row] += centres[centre]
    np.maximum(features, 0, out=features)
    logits = features[LABELLED:] @ centres.T
    logits *= 0.02 * random.gamma(2, 1, (samples, 1)).astype(np.float32)
    return Pool(np.arange(samples), logits, features[LABELLED:], features[:LABELLED])


def seconds(work: Callable[[], object]) -> float:
    """Seconds that `work` takes on one thread."""
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1):
        return timed(work)


def ours(strategy: str, samples: int, classes: int, size: int) -> float:
    """Seconds of `choose`."""
    from superposition import plugins

    choose, pool = plugins.load("strategy", strategy).choose, pool_of(samples, classes)
    return seconds(lambda: choose(pool, size, np.random.default_rng(0)))


def ours_each(strategy: str, samples: int, classes: int, size: int) -> float:
    """Milliseconds a sample of `choose`."""
    return 1000 * ours(strategy, samples, classes, size) / size


def foreign_k_center(samples: int, classes: int) -> float:
    """Milliseconds a sample of scikit-activeml's `CoreSet`."""
    from skactiveml.pool import CoreSet

    pool = pool_of(samples, classes)
    everything = np.concatenate([pool.labelled, pool.features])
    known = np.where(np.arange(len(everything)) < LABELLED, 0, np.nan)
    return 1000 * seconds(lambda: CoreSet(random_state=0).query(everything, known, batch_size=FEW)) / FEW


def foreign_badge(samples: int, classes: int) -> float:
    """Milliseconds a sample of scikit-activeml's `Badge`, with a classifier that knows the probabilities."""
    from scipy.special import softmax
    from skactiveml.base import SkactivemlClassifier
    from skactiveml.pool import Badge

    class Known(SkactivemlClassifier):  # type: ignore[misc]
        def fit(self, X: np.ndarray, y: np.ndarray) -> "Known":
            return self

        def predict_proba(self, X: np.ndarray) -> np.ndarray:
            return probabilities

    pool = pool_of(samples, classes)
    probabilities, unlabelled = softmax(pool.logits, axis=1), np.full(samples, np.nan)
    query = partial(Badge(random_state=0).query, pool.features, unlabelled, Known(range(classes)), fit_clf=False)
    return 1000 * seconds(lambda: query(batch_size=FEW)) / FEW


def plain_k_center(samples: int, classes: int) -> float:
    """Milliseconds a sample of greedy k-center, one product with a vector each."""
    features = pool_of(samples, classes).features
    lengths, nearest = np.square(features).sum(axis=1), np.full(samples, np.inf, np.float32)

    def work() -> None:
        newest = 0
        for _ in range(FEW):
            products = features @ features[newest]
            np.minimum(nearest, lengths + lengths[newest] - 2 * products, out=nearest)
            newest = nearest.argmax()

    return 1000 * seconds(work) / FEW


def plain_badge(samples: int, classes: int) -> float:
    """Milliseconds a sample of k-means++ on factored gradients, two products with vectors each."""
    from scipy.special import softmax

    pool, random = pool_of(samples, classes), np.random.default_rng(0)
    features, errors = pool.features, softmax(pool.logits, axis=1)
    errors[np.arange(samples), errors.argmax(axis=1)] -= 1
    lengths = np.square(errors).sum(axis=1) * np.square(features).sum(axis=1)
    nearest = np.full(samples, np.inf)

    def work() -> None:
        newest = lengths.argmax()
        for _ in range(FEW):
            products = (errors @ errors[newest]) * (features @ features[newest])
            np.minimum(nearest, np.maximum(lengths + lengths[newest] - 2 * products, 0), out=nearest)
            newest = random.choice(samples, p=nearest / nearest.sum())

    return 1000 * seconds(work) / FEW


def plain_typiclust(samples: int, classes: int) -> float:
    """Seconds of scikit-learn's k-means and neighbours, the latter anew for every sample, until a tenth is taken."""
    from sklearn.cluster import MiniBatchKMeans
    from sklearn.neighbors import NearestNeighbors

    def work() -> None:
        found = MiniBatchKMeans(500, batch_size=5_000, n_init=1, random_state=0).fit_predict(features)
        left = [np.flatnonzero(found == cluster) for cluster in range(500)]
        for turn in range(samples // 10):
            members = left[turn % 500]
            if len(members) > 1:
                neighbours = NearestNeighbors(n_neighbors=min(20, len(members) - 1)).fit(features[members])
                left[turn % 500] = np.delete(members, neighbours.kneighbors()[0].mean(axis=1).argmin())

    features = pool_of(samples, classes).features
    features /= np.linalg.norm(features, axis=1, keepdims=True)
    return seconds(work)


def linkage_of_candidates(samples: int, classes: int) -> float:
    """Seconds of scipy's average linkage of half of 50,000 samples, which takes 5 GB; of 100,000, 20 GB."""
    from scipy.cluster.hierarchy import linkage

    features = pool_of(samples, classes).features[:LINKED]
    return seconds(lambda: linkage(features, "average"))


def compared(
    strategy: str,
    unit: str,
    reference_is: str,
    reference: Callable[[int, int], float],
    samples: int,
    classes: int,
    size: int,
    repeats: int = 1,
) -> SideBySide:
    """One strategy at one size."""
    return SideBySide(
        f"{strategy}-{size}-of-{samples}-{classes}-classes",
        unit,
        "lower",
        reference_is,
        partial(ours if unit == "s" else ours_each, strategy, samples, classes, size),
        partial(reference, samples, classes),
        repeats,
    )


PLAIN = [
    ("k_center", "ms/pick", f"plain, a product with one vector a pick, {FEW} picks", plain_k_center),
    ("badge", "ms/pick", f"plain, a product with one vector a pick, {FEW} picks", plain_badge),
    ("typiclust", "s", "scikit-learn's k-means, and its neighbours anew for every pick", plain_typiclust),
    ("cluster_margin", "s", f"scipy's average linkage of {LINKED:,} candidates themselves", linkage_of_candidates),
]
SMALL, MIDDLE, LARGE = (20_000, 10, 2_000), (50_000, 10, 5_000), (100_000, 200, 10_000)

BENCHMARKS = [
    compared("k_center", "ms/pick", f"scikit-activeml's CoreSet, {FEW} picks", foreign_k_center, *SMALL, repeats=3),
    compared("badge", "ms/pick", f"scikit-activeml's Badge, {FEW} picks", foreign_badge, *SMALL, repeats=3),
    *(compared(*plain, *size) for size in (MIDDLE, LARGE) for plain in PLAIN),
]
