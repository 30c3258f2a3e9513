"""t-SNE of 5,000 rows of 512 units in 10 clusters, on one thread: the pipeline's openTSNE against scikit-learn."""

from functools import partial

import numpy as np

from tests.benchmarks.side_by_side import SideBySide, timed

ROWS = 5_000


def clusters(rows: int) -> np.ndarray:
    """float32 [row, 512] around ten random centres."""
    random = np.random.default_rng(0)
    centres = random.normal(size=(10, 512))
    return (centres[random.integers(0, 10, rows)] + random.normal(size=(rows, 512))).astype(np.float32)


def ours(rows: int) -> float:
    """Seconds of `embedding.tsne`."""
    from superposition.embedding import tsne

    values = clusters(rows)
    return timed(lambda: tsne(values, 0))


def scikit_learn(rows: int) -> float:
    """Seconds of scikit-learn's TSNE, whose gradient would take all cores if one let it."""
    from sklearn.manifold import TSNE
    from threadpoolctl import threadpool_limits

    values = clusters(rows)
    with threadpool_limits(1):
        return timed(lambda: TSNE(init="pca", perplexity=30, random_state=0, n_jobs=1).fit_transform(values))


BENCHMARKS = [
    SideBySide(
        f"tsne-{ROWS}", "s", "lower", "scikit-learn's TSNE", partial(ours, ROWS), partial(scikit_learn, ROWS), repeats=3
    )
]
