"""The paper's set: silhouette, Davies-Bouldin and the cosines of all pairs of samples, of 512 units in 10 classes.

Both sides' answers are compared: the two scores, the mean cosine, and the share of pairs in each of 200 bins.

One thread each. Ours is the two metrics as they are (silhouette's cosine form too), and of the cosines all that the
metric `cosine` says of samples; scikit-learn's side has their mean and histogram only, from a part of the table of
pairs at a time, since the whole one takes 10 GB at 50,000 samples.
"""

from collections.abc import Callable
from functools import partial
from time import perf_counter

import numpy as np

from superposition import pairs
from superposition.activations import Activations, Distribution
from superposition.metrics import davies_bouldin, silhouette
from tests.benchmarks.side_by_side import Answered, SideBySide

CLASSES = 10
BINS = 200


def features(rows: int) -> Activations:
    """float32 [row, 512], not negative, as after a ReLU."""
    random = np.random.default_rng(0)
    labels = random.integers(0, CLASSES, rows)
    values = random.standard_normal((CLASSES, 512), np.float32)[labels] + random.standard_normal(
        (rows, 512), np.float32
    )
    logits = np.zeros((rows, CLASSES), np.float32)
    names = [str(number) for number in range(CLASSES)]
    return Activations(np.maximum(values, 0), logits, labels, np.arange(rows), "layer", names)


def ours(shown: Activations) -> list[float]:
    """Silhouette, Davies-Bouldin index, mean cosine, and the share of pairs in each bin."""
    cosines = pairs.described(shown.values, "cosine")
    histogram = cosines["histogram"]
    assert isinstance(histogram, Distribution)
    scores = [silhouette.measure(shown)["mean"], davies_bouldin.measure(shown)["index"]]
    return [*scores, cosines["mean"], *(histogram.value * 2 / BINS).tolist()]


def scikit_learn(shown: Activations) -> list[float]:
    """The same from scikit-learn; its cosines come in chunks, whose pairs all occur twice, those with itself once."""
    from sklearn.metrics import davies_bouldin_score, pairwise_distances_chunked, silhouette_score

    n, counts, total = len(shown.ids), np.zeros(BINS), 0.0
    for cosines in pairwise_distances_chunked(shown.values, metric="cosine"):
        np.subtract(1, cosines, out=cosines)
        counts += np.histogram(cosines, BINS, (-1, 1))[0]
        total += cosines.sum(dtype=np.float64)
    counts[-1] -= n
    scores = [score(shown.values, shown.labels) for score in (silhouette_score, davies_bouldin_score)]
    return [*map(float, scores), float(total - n) / (n * (n - 1)), *(counts / counts.sum()).tolist()]


def answered(side: Callable[[Activations], list[float]], rows: int) -> Answered:
    """Seconds of all answers of one side, and the answers; libraries are loaded before, for a few rows."""
    from threadpoolctl import threadpool_limits

    side(features(100))
    shown = features(rows)
    with threadpool_limits(1):
        start = perf_counter()
        answers = side(shown)
        return Answered(perf_counter() - start, answers)


BENCHMARKS = [
    SideBySide(
        f"measures-{rows}",
        "s",
        "lower",
        "scikit-learn's silhouette and Davies-Bouldin scores; its cosine distances in chunks, numpy's histogram",
        partial(answered, ours, rows),
        partial(answered, scikit_learn, rows),
        repeats,
    )
    for rows, repeats in ((10_000, 3), (50_000, 1))
]
