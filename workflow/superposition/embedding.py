"""Features laid out in the plane."""

import numpy as np

from superposition.errors import InputError

PERPLEXITY = 30


def tsne(values: np.ndarray, seed: int) -> np.ndarray:
    """t-SNE of [sample, unit] features: float64 [sample, 2] (van der Maaten & Hinton 2008).

    It starts from the first two principal components (Kobak & Berens 2019), so runs with different seeds differ only
    by the approximate neighbours of large inputs. Perplexity 30, or a third of the samples where there are fewer than
    90. Raises InputError where all samples are the same.
    """
    from openTSNE import TSNE  # costs seconds

    if (values == values[0]).all():
        raise InputError(f"t-SNE needs samples that differ, not {len(values)} with the same features")
    perplexity = min(PERPLEXITY, (len(values) - 1) / 3)
    layout = TSNE(perplexity=perplexity, initialization="pca", random_state=seed, n_jobs=1)
    return np.asarray(layout.fit(values.astype(np.float64)))
