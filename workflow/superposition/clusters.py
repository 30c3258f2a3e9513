"""Clusters of samples, and the order in which a strategy takes turns among them."""

import warnings

import numpy as np
from scipy.cluster.hierarchy import fcluster, linkage
from sklearn.cluster import KMeans, MiniBatchKMeans
from sklearn.exceptions import ConvergenceWarning

EXACT = 50
"""Most clusters for which k-means looks at all samples in every step."""
BATCH = 5_000
LEAVES = 2_000
"""Most samples that are merged themselves."""
PER_CLUSTER = 10


def k_means(features: np.ndarray, number: int, generator: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Cluster of each row of `features` [sample, unit], and the clusters' centres [cluster, unit].

    Beyond 50 clusters by mini-batches of 5,000 (Sculley 2010), as Hacohen et al. 2022 do. Where fewer samples differ,
    some clusters stay empty.
    """
    seed = int(generator.integers(2**32))
    if number <= EXACT:
        method = KMeans(number, n_init=1, random_state=seed)
    else:
        method = MiniBatchKMeans(number, batch_size=BATCH, n_init=1, random_state=seed)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # says that clusters stay empty
        method.fit(features)
    return method.labels_, method.cluster_centers_


def average_linkage(features: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    """Cluster of each row of `features` [sample, unit]: the nearest two, by the mean distance of their members, merge
    until each has 10 on average.

    All distances of n samples take 4 n^2 bytes and more. So beyond 2,000 samples, the centres of 2,000 k-means clusters
    merge in their place, each of which counts once.
    """
    groups, leaves = np.arange(len(features)), features
    if len(features) > LEAVES:
        groups, leaves = k_means(features, LEAVES, generator)
    if len(leaves) < 2 * PER_CLUSTER:
        return np.zeros_like(groups)
    merged = fcluster(linkage(leaves, "average"), len(leaves) // PER_CLUSTER, "maxclust") - 1
    return np.asarray(merged[groups])


def places(clusters: np.ndarray, scores: np.ndarray) -> np.ndarray:
    """Place of each sample in its cluster [sample] by descending score, from 0; equals keep their order."""
    order = np.lexsort((-scores, clusters))
    firsts = np.searchsorted(clusters[order], clusters[order])
    found = np.empty_like(order)
    found[order] = np.arange(len(order)) - firsts
    return found
