"""How much nearer samples are to their own class than to the nearest other class.

s_i = (b_i - a_i) / max(a_i, b_i): a_i is the mean distance of sample i to the other samples of its class, b_i the least
mean distance to the samples of another class; s_i = 0 for a class of one sample (Rousseeuw 1987,
doi:10.1016/0377-0427(87)90125-7). `mean` is the mean over samples for Euclidean distances, `cosine.mean` for 1 - cos,
where a sample that is all zero is at distance 1 from all others. Of a large split (`measures` in the config), `mean` is
over samples drawn at random, each against all, with `mean.standard_error`; `cosine.mean` is always over all.

From -1 to 1: high means compact, separate classes; 0, overlapping ones; below 0, samples nearer to another class.
It favours round clusters, sinks as distances concentrate in many dimensions, and cannot tell how far apart classes lie.
The cosine form knows directions only, and a large common mean brings all of them together.
"""

import numpy as np

from superposition.activations import Activations, Quantities, require_clusters, require_variation
from superposition.silhouettes import cosine_sums, euclidean_sums, sampled_euclidean, silhouettes

HEADLINE = ("mean", "cosine.mean")


def measure(activations: Activations) -> Quantities:
    """mean and cosine.mean, on the features themselves and the true labels; of a sample, with mean.standard_error.

    Raises InputError where there are fewer than two classes, or as many as samples, or where all samples are the same.
    """
    require_clusters(activations, "silhouette")
    require_variation(activations, "silhouette")
    values, drawn = activations.values, activations.sample
    _, of = np.unique(activations.labels, return_inverse=True)
    cosine = {"cosine.mean": _mean(cosine_sums(values, of), of)}
    if drawn is None:
        return {"mean": _mean(euclidean_sums(values, of), of), **cosine}
    found = sampled_euclidean(values, of, drawn)
    return {"mean": found.mean, "mean.standard_error": found.standard_error, **cosine}


def _mean(sums: np.ndarray, of: np.ndarray) -> float:
    return float(silhouettes(sums, of, np.bincount(of)).mean())
