"""How much nearer samples are to their own class than to the nearest other class.

s_i = (b_i - a_i) / max(a_i, b_i): a_i is the mean Euclidean distance of sample i to the other samples of its class,
b_i the least mean distance to the samples of another class; s_i = 0 for a class of one sample (Rousseeuw 1987,
doi:10.1016/0377-0427(87)90125-7). `mean` is the mean over samples.

From -1 to 1: high means compact, separate classes; 0, overlapping ones; below 0, samples nearer to another class.
It favours round clusters, sinks as distances concentrate in many dimensions, and cannot tell how far apart classes lie.
"""

import numpy as np

from superposition.activations import Activations, Quantities, require_clusters

WORKING_MEMORY_MB = 64


def measure(activations: Activations) -> Quantities:
    """mean, on the features themselves and the true labels.

    Raises InputError where there are fewer than two classes, or as many as samples.
    """
    from sklearn import config_context  # costs seconds, which the config check and other metrics need not pay
    from sklearn.metrics import silhouette_score

    require_clusters(activations, "silhouette")
    with config_context(working_memory=WORKING_MEMORY_MB):
        return {"mean": float(silhouette_score(activations.values.astype(np.float64), activations.labels))}
