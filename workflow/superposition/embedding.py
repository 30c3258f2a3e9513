"""Features laid out in the plane."""

import numpy as np

from superposition.errors import InputError

PERPLEXITY = 30


def tsne(values: np.ndarray, seed: int, placed: np.ndarray | None = None) -> np.ndarray:
    """t-SNE of [sample, unit] features: float64 [sample, 2] (van der Maaten & Hinton 2008).

    It starts from the first two principal components (Kobak & Berens 2019), so runs with different seeds differ only
    by the approximate neighbours of large inputs. Perplexity 30, or a third of the samples where there are fewer than
    90. placed: features [other, unit] that are put beside their nearest samples once those lie where they lie, which
    moves none of them (Poličar, Stražar & Zupan 2023); their positions follow those of the samples. Raises InputError
    where all samples are the same.
    """
    from openTSNE import TSNE  # costs seconds

    if (values == values[0]).all():
        raise InputError(f"t-SNE needs samples that differ, not {len(values)} with the same features")
    perplexity = min(PERPLEXITY, (len(values) - 1) / 3)
    layout = TSNE(perplexity=perplexity, initialization="pca", random_state=seed, n_jobs=1).fit(values.astype(float))
    points = np.array(layout)
    if placed is None:
        return points
    others = np.asarray(layout.transform(placed.astype(float)))
    return np.concatenate([points, others + (points[0] - layout[0])])  # transform has moved the layout to the origin
